import { act, fireEvent, screen } from '@testing-library/react-native';

import { session } from '@/services/auth';
import type { Effect } from '@/services/types';
import { usePreferences } from '@/stores/preferences';
import { json, show } from '@/testing/screen';

import { EffectView } from './effect-view';

jest.mock('expo-router', () => ({ useRouter: () => ({ navigate: jest.fn() }) }));
jest.mock('@/services/auth', () => ({ session: { fetch: jest.fn() } }));
jest.mock('@/services/address', () => ({ serverAddress: () => 'https://assistant.test' }));

const fetch = jest.mocked(session.fetch);
const unknown: Effect = {
  id: 'e', kind: 'teams', state: 'unknown', to: ['finance'], cc: [], subject: 'October', body: 'It is ready.', attachments: [], payload_hash: 'ab',
  run_id: null, approval_id: null, undo_until: null, created_at: '2026-11-20T08:00:00Z', done_at: null, error: 'Teams did not say. Look there.', verdict: null,
};
const asked: { path: string; body: unknown }[] = [];

beforeEach(() => {
  asked.length = 0;
  fetch.mockImplementation(async (request) => {
    asked.push({ path: new URL(request.url).pathname, body: JSON.parse(await request.text()) });
    return json({ ...unknown, state: 'done', verdict: 'arrived' });
  });
});

it.each([
  ['It arrived', 'arrived'],
  ['Send again', 'send_again'],
])('“%s” settles what only its person can know', async (label, outcome) => {
  show(<EffectView effect={unknown} />);
  screen.getByText('Teams did not say. Look there.');
  fireEvent.press(screen.getByRole('button', { name: label }));
  await act(async () => {});
  expect(asked).toEqual([{ path: '/v1/outbox/e/settle', body: { outcome } }]);
});

it('says why it could not be settled', async () => {
  fetch.mockImplementation(async () => json({ detail: 'What came of it is known by now.' }, 409));
  show(<EffectView effect={unknown} />);
  fireEvent.press(screen.getByRole('button', { name: 'Send again' }));
  await screen.findByText('What came of it is known by now.');
});

it('asks nobody about what is known, or about a notification', () => {
  show(<EffectView effect={{ ...unknown, state: 'done', error: null, verdict: 'arrived' }} />);
  screen.getByText('You confirmed that it arrived.');
  show(<EffectView effect={{ ...unknown, kind: 'push' }} />);
  expect(screen.queryByRole('button', { name: 'It arrived' })).toBeNull();
});

it('asks in Chinese', () => {
  usePreferences.setState({ language: 'zh' });
  show(<EffectView effect={unknown} />);
  for (const name of ['已送达', '重新发送']) screen.getByRole('button', { name });
});
