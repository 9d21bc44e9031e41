import { fireEvent, screen, waitFor } from '@testing-library/react-native';

import { en } from '@/i18n/en';
import { session } from '@/services/auth';
import type { Delivery } from '@/services/types';
import { useMe } from '@/stores/me';
import { usePreferences } from '@/stores/preferences';
import { personWho, show } from '@/testing/screen';

import { standing } from './delivery-row';
import { WebhooksScreen } from './webhooks-screen';

jest.mock('@/services/auth', () => ({ session: { fetch: jest.fn() } }));
jest.mock('@/services/address', () => ({ serverAddress: () => 'https://assistant.test' }));

const fetch = jest.mocked(session.fetch);
const at = '2026-11-20T08:00:00Z';
const delivery = { id: 'd', source: 'mezzofy', event: 'customer_signed_up', key: 'k', received_at: at, state: 'started', reason: null, run_state: 'succeeded', waiting_for: null, repeatable: false } satisfies Delivery;
const failed = { ...delivery, id: 'f', event: 'order_paid', state: 'failed', reason: 'Its owner, ann@m.example, can\'t sign in.', run_state: null, repeatable: true } satisfies Delivery;
const source = { name: 'shop', owner: 'sales@m.example', events: { order_paid: 'customer_welcome' }, secrets: [], secret_of_environment: false };
const asked: string[] = [];

function open(deliveries: Delivery[]) {
  fetch.mockImplementation(async (request) => {
    const { pathname } = new URL(request.url);
    asked.push(`${request.method} ${pathname}`);
    if (pathname.endsWith('/secrets')) return Response.json({ id: 's', secret: 'whsec_abc' }, { status: 201 });
    if (pathname.endsWith('/repeat')) return Response.json(delivery);
    return Response.json({ items: pathname.endsWith('/sources') ? [source] : deliveries, next_cursor: null });
  });
  show(<WebhooksScreen />);
}

beforeEach(() => {
  asked.length = 0;
  usePreferences.setState({ language: 'en' });
  useMe.getState().show(personWho('administer', 'read_audit'));
});

it('shows what came of each delivery and takes up again only what may be', async () => {
  open([delivery, failed]);
  await screen.findByText('customer_signed_up');
  screen.getByText("Its owner, ann@m.example, can't sign in.");
  const again = screen.getAllByRole('button', { name: 'Take up again' });
  expect(again).toHaveLength(1);
  fireEvent.press(again[0]!);
  fireEvent.press(screen.getAllByRole('button', { name: 'Take up again' }).at(-1)!);
  await waitFor(() => expect(asked).toContain('POST /v1/admin/deliveries/f/repeat'));
});

it('makes a secret, shows it once, and says what a source without one means', async () => {
  open([]);
  await screen.findByText('Nothing was received yet');
  fireEvent.press(screen.getByRole('radio', { name: 'Sources' }));
  await screen.findByText('It has no secret, so nothing it sends is taken.');
  screen.getByText('https://assistant.test/webhooks/shop');
  fireEvent.press(screen.getByRole('button', { name: 'New secret' }));
  fireEvent.press(screen.getAllByRole('button', { name: 'New secret' }).at(-1)!);
  await screen.findByText('whsec_abc');
});

it('has a word for every state', () => {
  const words = [delivery, failed, { ...delivery, state: 'ignored', run_state: null }, { ...delivery, run_state: 'waiting', waiting_for: 'approval' }, { ...delivery, run_state: 'running' }, { ...delivery, run_state: 'failed' }];
  expect(words.map((one) => standing(one as Delivery, en)[0])).toEqual(['Done', 'Not begun', 'No skill for it', 'Waits for its owner', 'At work', 'Failed']);
});
