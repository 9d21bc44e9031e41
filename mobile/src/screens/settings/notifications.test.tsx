import { QueryClientProvider } from '@tanstack/react-query';
import { act, fireEvent, render, screen, waitFor } from '@testing-library/react-native';

import { session } from '@/services/auth';
import { phoneToken } from '@/services/push';
import { queryClient } from '@/services/query-client';
import { useMe } from '@/stores/me';
import { usePreferences } from '@/stores/preferences';
import { personWho } from '@/testing/screen';

import { Notifications } from './notifications';

jest.mock('@/services/auth', () => ({ session: { fetch: jest.fn() } }));
jest.mock('@/services/address', () => ({ serverAddress: () => 'https://assistant.test' }));
jest.mock('@/services/push', () => ({ canPush: true, platform: 'ios', phoneToken: jest.fn(), useTapped: jest.fn() }));

const at = '2026-11-20T08:00:00Z';
const tablet = { id: 'tablet', platform: 'android', language: 'en', name: 'App on Android', created_at: at, seen_at: at, current: false };
const here = { ...tablet, id: 'here', name: 'App on iOS', current: true };
const server = { devices: [] as unknown[], settings: { decisions: true, results: true, schedules: true } };
const asked: { method: string; path: string; body: unknown }[] = [];

beforeEach(() => {
  asked.length = 0;
  queryClient.clear();
  server.devices = [tablet];
  server.settings = { decisions: true, results: true, schedules: true };
  usePreferences.setState({ language: 'en', toldFor: '' });
  useMe.setState({ person: personWho('chat') });
  jest.mocked(session.fetch).mockImplementation(async (request) => {
    const { method, url } = request;
    const path = new URL(url).pathname;
    const body = method === 'POST' || method === 'PATCH' ? await request.json() : null;
    if (method !== 'GET') asked.push({ method, path, body });
    if (method === 'POST') server.devices = [here, tablet];
    if (method === 'DELETE') server.devices = server.devices.filter((one) => !path.endsWith((one as { id: string }).id));
    if (method === 'DELETE') return new Response(null, { status: 204 });
    if (method === 'PATCH') Object.assign(server.settings, body);
    const answer = path === '/v1/devices' ? (method === 'POST' ? here : { items: server.devices, next_cursor: null }) : server.settings;
    return new Response(JSON.stringify(answer), { status: 200, headers: { 'Content-Type': 'application/json' } });
  });
});

// What is kept for five minutes would keep the process as long.
afterAll(() => queryClient.clear());

function show() {
  render(
    <QueryClientProvider client={queryClient}>
      <Notifications />
    </QueryClientProvider>,
  );
}

const toggle = (name: string) => act(async () => fireEvent.press(screen.getByRole('switch', { name })));

it('asks for permission only when the switch is turned on, and registers this phone', async () => {
  jest.mocked(phoneToken).mockResolvedValue({ token: 'ExponentPushToken[x]' });
  show();
  await screen.findByRole('switch', { name: 'Notifications on this phone', checked: false });
  expect(phoneToken).not.toHaveBeenCalled();
  await toggle('Notifications on this phone');
  expect(phoneToken).toHaveBeenCalledWith(true);
  expect(asked).toEqual([{ method: 'POST', path: '/v1/devices', body: { token: 'ExponentPushToken[x]', platform: 'ios', language: 'en' } }]);
  await screen.findByRole('switch', { name: 'Notifications on this phone', checked: true });
  expect(usePreferences.getState().toldFor).toBe('p');

  await toggle('Notifications on this phone');
  expect(asked.slice(1)).toEqual([{ method: 'DELETE', path: '/v1/devices/here', body: null }]);
  await screen.findByRole('switch', { name: 'Notifications on this phone', checked: false });
  expect(usePreferences.getState().toldFor).toBe('');
});

it.each([
  ['denied', 'Your phone does not allow notifications of this app. Allow them in its system settings.'],
  ['unready', 'This build of the app is not set up for notifications. Ask your administrator.'],
] as const)('says why it stays off where the phone is %s', async (state, words) => {
  jest.mocked(phoneToken).mockResolvedValue(state);
  show();
  await screen.findByRole('switch', { name: 'Notifications on this phone' });
  await toggle('Notifications on this phone');
  await screen.findByText(words);
  screen.getByRole('switch', { name: 'Notifications on this phone', checked: false });
  expect(asked).toEqual([]);
});

it('says of what the person is told, also in Chinese, and takes a phone away', async () => {
  usePreferences.setState({ language: 'zh' });
  show();
  await screen.findByRole('switch', { name: '您自己的请求', checked: true });
  await toggle('您自己的请求');
  expect(asked).toEqual([{ method: 'PATCH', path: '/v1/me/notifications', body: { results: false } }]);
  await screen.findByRole('switch', { name: '您自己的请求', checked: false });
  await act(async () => fireEvent.press(screen.getByRole('button', { name: '不再向此设备发送通知：App on Android' })));
  expect(asked.at(-1)).toEqual({ method: 'DELETE', path: '/v1/devices/tablet', body: null });
  await waitFor(() => expect(screen.queryByText('App on Android')).toBeNull());
});
