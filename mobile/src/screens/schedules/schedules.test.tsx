import { act, fireEvent, screen, waitFor, within } from '@testing-library/react-native';

import { session } from '@/services/auth';
import { queryClient } from '@/services/query-client';
import type { Occurrence, Schedule } from '@/services/types';
import { useMe } from '@/stores/me';
import { usePreferences } from '@/stores/preferences';
import { json, personWho, show } from '@/testing/screen';

import { HistoryScreen } from './history-screen';
import { ScheduleForm } from './schedule-form';
import { SchedulesScreen } from './schedules-screen';

const mockNavigate = jest.fn();
const mockDismissTo = jest.fn();
jest.mock('expo-router', () => ({
  useRouter: () => ({ navigate: mockNavigate, dismissTo: mockDismissTo }),
  useLocalSearchParams: () => ({ id: 's' }),
}));
jest.mock('@/services/auth', () => ({ session: { fetch: jest.fn() } }));
jest.mock('@/services/address', () => ({ serverAddress: () => 'https://assistant.test' }));

const fetch = jest.mocked(session.fetch);
const at = '2026-11-20T08:00:00Z';
const done: Occurrence = { due_at: at, state: 'done', reason: null, explanation: null, run_id: 'r' };
const schedule: Schedule = {
  id: 's',
  name: 'Summary',
  request: 'Send me the statement',
  agent: null,
  skill: null,
  inputs: {},
  deliver: { email: [], teams_channel: null },
  cron: '0 9 * * 1',
  time_zone: 'Asia/Singapore',
  rule: { kind: 'cron', cron: '0 8 1 * *', zone: 'Asia/Singapore' },
  said: 'on the 1st of each month at 08:00, Singapore time',
  misfire: 'latest',
  state: 'active',
  next_at: '2026-12-01T00:00:00Z',
  last: done,
  created_at: at,
};

interface Asked {
  method: string;
  path: string;
  body: unknown;
}
const asked: Asked[] = [];

function answer(reply: (asked: Asked) => Response) {
  fetch.mockImplementation(async (request) => {
    const one = { method: request.method, path: new URL(request.url).pathname, body: ['POST', 'PATCH'].includes(request.method) ? JSON.parse((await request.text()) || 'null') : null };
    asked.push(one);
    return reply(one);
  });
}
const list = (items: unknown[]) => json({ items, next_cursor: null });
const changes = () => asked.filter(({ method }) => method !== 'GET');
const press = (name: string) => act(async () => fireEvent.press(screen.getByRole('button', { name })));


beforeEach(() => {
  asked.length = 0;
  mockNavigate.mockClear();
  mockDismissTo.mockClear();
  queryClient.clear();
  usePreferences.setState({ language: 'en' });
  useMe.getState().show(personWho('schedules'));
});

describe('the list', () => {
  it('says that it is loading', () => {
    fetch.mockReturnValue(new Promise(() => undefined));
    show(<SchedulesScreen />);
    screen.getByLabelText('Loading');
  });

  it('says what schedules are for when there is none', async () => {
    answer(() => list([]));
    show(<SchedulesScreen />);
    await screen.findByText('No schedules yet');
    await press('New schedule');
    expect(mockNavigate).toHaveBeenCalledWith('/schedules/new');
  });

  it('says what went wrong and offers to try again', async () => {
    answer(() => json({ detail: 'The database is being restarted.' }, 503));
    show(<SchedulesScreen />);
    await screen.findByText('The database is being restarted.');
    screen.getByRole('button', { name: 'Try again' });
  });

  it('asks the server nothing for someone who may not have schedules', () => {
    useMe.getState().show(personWho('chat'));
    show(<SchedulesScreen />);
    screen.getByText('Schedules are for managers');
    expect(asked).toEqual([]);
  });

  it('shows when it comes, what is asked, and what became of the last time', async () => {
    answer(() => list([schedule, { ...schedule, id: 't', name: 'Digest', state: 'paused', next_at: null, last: { ...done, state: 'skipped', reason: 'paused', explanation: 'Not run, because the schedule was paused.', run_id: null } }]));
    show(<SchedulesScreen />);
    const summary = within(await screen.findByLabelText('Summary'));
    summary.getByText(schedule.said);
    summary.getByText('“Send me the statement”');
    summary.getByText('Active');
    summary.getByText('Done');
    const digest = within(screen.getByLabelText('Digest'));
    digest.getByText('None while it is paused');
    digest.getByText('Not run');
    digest.getByText('Not run, because the schedule was paused.');
    digest.getByRole('button', { name: 'Resume' });
  });

  it('leads to what waits for the person', async () => {
    answer(({ path }) =>
      path === '/v1/runs/r'
        ? json({ id: 'r', conversation_id: 'c' })
        : list([{ ...schedule, last: { ...done, state: 'running', explanation: 'It waits for you: open it to answer or to decide.' } }]),
    );
    show(<SchedulesScreen />);
    await screen.findByText('Waits for you');
    fireEvent.press(screen.getByRole('button', { name: /^Open the conversation of / }));
    await waitFor(() => expect(mockNavigate).toHaveBeenCalledWith('/chat/c'));
  });

  it('pauses, and runs at once', async () => {
    answer(({ method, path }) => (method === 'GET' ? list([schedule]) : path.endsWith('/run') ? json({ run: { conversation_id: 'c' } }, 202) : json(schedule)));
    show(<SchedulesScreen />);
    await screen.findByText('Active');
    await press('Pause');
    await press('Run now');
    expect(changes().map(({ path }) => path)).toEqual(['/v1/schedules/s/pause', '/v1/schedules/s/run']);
    await waitFor(() => expect(mockNavigate).toHaveBeenCalledWith('/chat/c'));
  });

  it('says why it could not be run', async () => {
    answer(({ method }) => (method === 'GET' ? list([schedule]) : json({ detail: 'Your limit is used up.' }, 409)));
    show(<SchedulesScreen />);
    await screen.findByText('Active');
    await press('Run now');
    await screen.findByText('Your limit is used up.');
  });

  it('asks before it removes one', async () => {
    answer(({ method }) => (method === 'GET' ? list([schedule]) : new Response(null, { status: 204 })));
    show(<SchedulesScreen />);
    await screen.findByText('Active');
    await press('Remove the schedule “Summary”');
    screen.getByText('Remove the schedule “Summary”?');
    expect(changes()).toEqual([]);
    await press('Delete');
    expect(changes()).toEqual([{ method: 'DELETE', path: '/v1/schedules/s', body: null }]);
  });
});

it('shows the times of a schedule, also in Chinese', async () => {
  usePreferences.setState({ language: 'zh' });
  const failed = { ...done, due_at: '2026-11-19T08:00:00Z', state: 'failed', reason: 'manual', explanation: '出错了。' };
  answer(({ path }) => (path.endsWith('/occurrences') ? list([{ ...done, state: 'due', due_at: schedule.next_at, run_id: null }, done, failed]) : json(schedule)));
  show(<HistoryScreen />);
  await screen.findByText('待执行');
  screen.getByText('已完成');
  screen.getByText('失败');
  screen.getByText('出错了。');
  screen.getByText('手动执行');
  expect(screen.getAllByRole('button', { name: /的对话$/ })).toHaveLength(2);
});

it('says that a schedule is not there', async () => {
  answer(() => json({ detail: 'no' }, 404));
  show(<HistoryScreen />);
  await screen.findByText('This schedule isn’t here');
});

describe('the form', () => {
  const type = (label: string, text: string) => fireEvent.changeText(screen.getByLabelText(label), text);
  const choose = (name: string) => fireEvent.press(screen.getByRole('radio', { name }));

  it('makes a schedule', async () => {
    answer(() => json(schedule, 201));
    show(<ScheduleForm />);
    type('Name', ' Invoices ');
    type('Request', 'Show me the open invoices');
    choose('Friday');
    type('Time', '16:30');
    choose('Skip');
    type('Mail the result to', 'ceo@mezzofy.example, cfo@mezzofy.example');
    type('Post the result in Teams', 'finance');
    fireEvent.press(screen.getByRole('switch', { name: 'Tell my phones' }));
    await press('Save');
    const rule = { kind: 'cron', cron: '30 16 * * 5', zone: 'Asia/Singapore' };
    const deliver = { email: ['ceo@mezzofy.example', 'cfo@mezzofy.example'], teams_channel: 'finance', push: false };
    expect(changes()).toEqual([{ method: 'POST', path: '/v1/schedules', body: { name: 'Invoices', request: 'Show me the open invoices', deliver, rule, misfire: 'skip' } }]);
    await waitFor(() => expect(mockDismissTo).toHaveBeenCalledWith('/schedules'));
  });

  it('sends nothing while something is wrong, and says what', async () => {
    answer(() => json(schedule, 201));
    show(<ScheduleForm />);
    choose('Monthly');
    type('Day of the month', '40');
    await press('Save');
    for (const words of ['Give it a name.', 'Say what should be asked.', 'Enter a day from 1 to 31.', 'Something above has to be put right first.']) screen.getByText(words);
    expect(asked).toEqual([]);
    type('Day of the month', '4');
    expect(screen.queryByText('Enter a day from 1 to 31.')).toBeNull();
  });

  it('sends only what was changed', async () => {
    answer(() => json(schedule));
    show(<ScheduleForm schedule={schedule} />);
    expect(screen.getByRole('radio', { name: 'Monthly' })).toBeChecked();
    type('Name', 'October');
    await press('Save');
    expect(changes()).toEqual([{ method: 'PATCH', path: '/v1/schedules/s', body: { name: 'October' } }]);
  });

  it.each([
    ['name', 'You have a schedule of this name.', 409],
    ['rule', '“Asia/Singapore” is not a time zone.', 422],
  ])('shows what the server says about the %s', async (field, detail, status) => {
    answer(() => json({ detail, errors: [{ field, detail }] }, status));
    show(<ScheduleForm schedule={schedule} />);
    type('Time', '08:30');
    await press('Save');
    await screen.findByText(detail);
    expect(mockDismissTo).not.toHaveBeenCalled();
  });

  it('says what the server refuses as a whole', async () => {
    answer(() => json({ detail: 'You have as many schedules as you may have.' }, 409));
    show(<ScheduleForm />);
    type('Name', 'One more');
    type('Request', 'Do it');
    await press('Save');
    await screen.findByText('You have as many schedules as you may have.');
  });
});
