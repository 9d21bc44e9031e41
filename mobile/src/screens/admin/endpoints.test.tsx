import { fireEvent, screen, waitFor } from '@testing-library/react-native';

import { session } from '@/services/auth';
import type { Endpoint, Sending } from '@/services/types';
import { useMe } from '@/stores/me';
import { usePreferences } from '@/stores/preferences';
import { personWho, show } from '@/testing/screen';

import { WebhooksScreen } from './webhooks-screen';

jest.mock('@/services/auth', () => ({ session: { fetch: jest.fn() } }));
jest.mock('@/services/address', () => ({ serverAddress: () => 'https://assistant.test' }));

const fetch = jest.mocked(session.fetch);
const at = '2026-11-20T08:00:00Z';
const endpoint = { id: 'e', name: 'Shop', url: 'https://shop.example/hook', events: ['run.ended'], created_at: at, paused_reason: 'It answered that it wants nothing any more (410).' } satisfies Endpoint;
const sending = { id: 's', endpoint_id: 'e', endpoint: 'Shop', event: 'run.ended', state: 'failed', tries: 10, next_at: null, status: 500, reason: 'https://shop.example/hook answered with status 500.', created_at: at, done_at: null } satisfies Sending;
const asked: [string, unknown][] = [];

function open(endpoints: Endpoint[], sendings: Sending[]) {
  fetch.mockImplementation(async (request) => {
    const { pathname } = new URL(request.url);
    asked.push([`${request.method} ${pathname}`, request.method === 'POST' || request.method === 'PATCH' ? await request.text() : '']);
    if (request.method === 'POST' && pathname.endsWith('/endpoints')) return Response.json({ id: 'e', secret: 'whsec_new' }, { status: 201 });
    if (request.method === 'PATCH') return Response.json(endpoint);
    if (request.method === 'POST') return new Response(null, { status: 202 });
    return Response.json({ items: pathname.endsWith('/endpoints') ? endpoints : pathname.endsWith('/sendings') ? sendings : [], next_cursor: null });
  });
  show(<WebhooksScreen />);
}

beforeEach(() => {
  asked.length = 0;
  usePreferences.setState({ language: 'en' });
  useMe.getState().show(personWho('administer', 'read_audit'));
});

it('adds an endpoint for the events that are chosen and shows its secret once', async () => {
  open([], []);
  fireEvent.press(await screen.findByRole('radio', { name: 'Endpoints' }));
  await screen.findByText('Nobody is told');
  fireEvent.press(screen.getByRole('button', { name: 'Add an endpoint' }));
  fireEvent.changeText(screen.getByLabelText('Name'), 'Shop');
  fireEvent.changeText(screen.getByLabelText('Address'), 'https://shop.example/hook');
  fireEvent.press(screen.getByRole('switch', { name: 'An approval is asked for' }));
  fireEvent.press(screen.getByRole('button', { name: 'Save' }));
  await screen.findByText('whsec_new');
  const body = JSON.parse(String(asked.find(([route]) => route === 'POST /v1/admin/endpoints')?.[1]));
  expect(body).toEqual({ name: 'Shop', url: 'https://shop.example/hook', events: ['run.ended', 'approval.requested'] });
});

it('says why an endpoint is told nothing, and resumes it', async () => {
  open([endpoint], []);
  fireEvent.press(await screen.findByRole('radio', { name: 'Endpoints' }));
  await screen.findByText(/It is told nothing at the moment: It answered that it wants nothing any more/);
  fireEvent.press(screen.getByRole('button', { name: 'Resume' }));
  await waitFor(() => expect(asked).toContainEqual(['PATCH /v1/admin/endpoints/e', '{"paused":false}']));
});

it('shows what was given up and sends it again', async () => {
  open([], [sending]);
  fireEvent.press(await screen.findByRole('radio', { name: 'Sent' }));
  await screen.findByText('https://shop.example/hook answered with status 500.');
  fireEvent.press(screen.getByRole('button', { name: 'Send again' }));
  await waitFor(() => expect(asked.map(([route]) => route)).toContain('POST /v1/admin/sendings/s/repeat'));
});
