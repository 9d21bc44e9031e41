import { notificationPlace } from './notification-place';

const conversation = '0199aa00-0000-7000-8000-000000000001';
const schedule = '0199aa00-0000-7000-8000-000000000002';

it('leads to the conversation of the run, whatever else waits there', () => {
  expect(notificationPlace({ run_id: schedule, conversation_id: conversation, approval_id: schedule })).toBe(`/chat/${conversation}`);
});

it('leads to the schedule whose time did not run', () => {
  expect(notificationPlace({ schedule_id: schedule })).toBe(`/schedules/${schedule}`);
});

it.each([undefined, null, 'text', {}, { conversation_id: '../settings' }, { conversation_id: 7 }, { url: 'https://elsewhere.example' }])(
  'leads nowhere with %p',
  (data) => expect(notificationPlace(data)).toBeNull(),
);
