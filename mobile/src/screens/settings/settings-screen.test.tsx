import { act, fireEvent, screen, waitFor } from '@testing-library/react-native';

import { session } from '@/services/auth';
import { queryClient } from '@/services/query-client';
import { usePreferences } from '@/stores/preferences';
import { json, show } from '@/testing/screen';

import { Password } from './password';
import { Sessions } from './sessions';

jest.mock('@/services/auth', () => ({ session: { fetch: jest.fn() } }));
jest.mock('@/services/address', () => ({ serverAddress: () => 'https://assistant.test' }));

const fetch = jest.mocked(session.fetch);
const at = '2026-11-20T08:00:00Z';
const here = { id: 'here', created_at: at, last_seen_at: at, device: 'Chrome on macOS', current: true };
const phone = { id: 'phone', created_at: at, last_seen_at: at, device: 'App on Android', current: false };
const nameless = { id: 'nameless', created_at: at, last_seen_at: at, device: null, current: false };
const asked: { method: string; path: string; body: unknown }[] = [];

function answer(items: unknown[], refusal?: { status: number; detail: string }) {
  fetch.mockImplementation(async (request) => {
    const { method, url } = request;
    asked.push({ method, path: new URL(url).pathname, body: method === 'POST' ? await request.json() : null });
    if (method === 'GET') return json({ items });
    return refusal
      ? new Response(JSON.stringify(refusal), { status: refusal.status, headers: { 'Content-Type': 'application/problem+json' } })
      : new Response(null, { status: 204 });
  });
}


const changes = () => asked.filter(({ method }) => method !== 'GET');
const press = (name: string) => act(async () => fireEvent.press(screen.getByRole('button', { name })));

beforeEach(() => {
  asked.length = 0;
  queryClient.clear();
  usePreferences.setState({ language: 'en' });
});

it('lists where the person is signed in, and offers to end every session but this one', async () => {
  answer([here, phone, nameless]);
  show(<Sessions />);
  await screen.findByText('Chrome on macOS');
  screen.getByText('This device');
  screen.getByRole('button', { name: 'End the session: App on Android' });
  screen.getByRole('button', { name: 'End the session: Unknown device' });
  expect(screen.queryByRole('button', { name: 'End the session: Chrome on macOS' })).toBeNull();
});

it('asks before it ends a session', async () => {
  answer([here, phone]);
  show(<Sessions />);
  fireEvent.press(await screen.findByRole('button', { name: 'End the session: App on Android' }));
  screen.getByText('End the session on “App on Android”?');
  expect(changes()).toEqual([]);
  await press('End session');
  await waitFor(() => expect(changes()).toEqual([{ method: 'DELETE', path: '/v1/me/sessions/phone', body: null }]));
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Cancel' })).toBeNull());
});

it('ends all other sessions at once', async () => {
  answer([here, phone, nameless]);
  show(<Sessions />);
  fireEvent.press(await screen.findByRole('button', { name: 'End all other sessions' }));
  await press('End sessions');
  await waitFor(() => expect(changes()).toEqual([{ method: 'DELETE', path: '/v1/me/sessions', body: null }]));
});

it('says that there is no other session, also in Chinese', async () => {
  usePreferences.setState({ language: 'zh' });
  answer([here]);
  show(<Sessions />);
  await screen.findByText('您没有在其他地方登录。');
  screen.getByText('当前设备');
  expect(screen.queryByRole('button', { name: '结束所有其他登录' })).toBeNull();
});

function fill(current: string, chosen: string, again: string) {
  fireEvent.press(screen.getByRole('button', { name: 'Change password' }));
  fireEvent.changeText(screen.getByLabelText('Current password'), current);
  fireEvent.changeText(screen.getByLabelText('New password'), chosen);
  fireEvent.changeText(screen.getByLabelText('New password again'), again);
}

it('changes the password', async () => {
  answer([]);
  show(<Password />);
  fill('mezzofy-demo', 'violet anchor 77', 'violet anchor 77');
  await press('Save');
  await waitFor(() => expect(changes()).toEqual([{ method: 'POST', path: '/v1/me/password', body: { current: 'mezzofy-demo', new: 'violet anchor 77' } }]));
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Cancel' })).toBeNull());
});

it.each([
  ['short', 'short'],
  ['violet anchor 77', 'violet anchor 78'],
])('does not send %s and %s', (chosen, again) => {
  answer([]);
  show(<Password />);
  fill('mezzofy-demo', chosen, again);
  expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled();
});

it('shows why the server refused, and keeps what was typed', async () => {
  answer([], { status: 422, detail: 'The current password is wrong.' });
  show(<Password />);
  fill('wrong', 'violet anchor 77', 'violet anchor 77');
  await press('Save');
  await screen.findByText('The current password is wrong.');
  expect(screen.getByLabelText('New password')).toHaveProp('value', 'violet anchor 77');
});
