import { useLive } from '@/stores/live';
import { useOutgoing } from '@/stores/outgoing';

import { session } from './auth';
import { resend, resendUnanswered, sendMessage, withMessage } from './conversations';
import { Problem } from './problem';
import type { Message } from './types';

jest.mock('./auth', () => ({ session: { fetch: jest.fn() } }));
jest.mock('./address', () => ({ serverAddress: () => 'https://assistant.test' }));
jest.mock('expo-crypto', () => ({ randomUUID: () => `id-${Math.random()}` }));

const fetch = jest.mocked(session.fetch);
const message: Message = { id: 'm1', conversation_id: 'c', author: 'person', text: 'hello', files: [], choices: [], run_id: 'r', created_at: '' };
const sent: { client_id: string; text: string }[] = [];

beforeEach(() => {
  sent.length = 0;
  useOutgoing.setState({ messages: [] });
  fetch.mockReset();
});

function answer(status: number, body: unknown) {
  fetch.mockImplementation(async (request) => {
    if (request.method === 'POST') sent.push((await request.json()) as (typeof sent)[number]);
    if (status === 0) throw new Problem(0, '');
    return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
  });
}

it('repeats a message that was not accepted with the same client_id', async () => {
  answer(429, { detail: 'Too many messages.' });
  await sendMessage('c', 'hello');
  const [failed] = useOutgoing.getState().messages;
  expect(failed).toMatchObject({ state: 'failed', detail: 'Too many messages.' });

  answer(202, { message, run: { id: 'r', conversation_id: 'c', state: 'queued', waiting_for: null } });
  await resend(failed!);
  expect(sent).toHaveLength(2);
  expect(sent[0]!.client_id).toBe(sent[1]!.client_id);
  expect(useOutgoing.getState().messages).toEqual([]);
  expect(useLive.getState().newest.c).toBe('r');
});

it('sends by itself what got no answer, and leaves what was refused', async () => {
  answer(0, null);
  await sendMessage('c', 'unanswered');
  answer(422, { detail: 'Too long.' });
  await sendMessage('c', 'refused');
  answer(202, { message, run: { id: 'r2', conversation_id: 'c', state: 'queued', waiting_for: null } });
  resendUnanswered();
  await new Promise<void>((done) => setTimeout(done));
  await new Promise<void>((done) => setTimeout(done));
  expect(sent.map((body) => body.text)).toEqual(['unanswered', 'refused', 'unanswered']);
  expect(useOutgoing.getState().messages.map((m) => m.text)).toEqual(['refused']);
});

it('a message that comes twice is shown once, as it came last', () => {
  const thread = { pages: [{ items: [message], next_cursor: null }], pageParams: [null] };
  const again = withMessage(thread, { ...message, text: 'changed' });
  expect(again?.pages[0]?.items.map((m) => m.text)).toEqual(['changed']);
  const more = withMessage(again, { ...message, id: 'm2' });
  expect(more?.pages[0]?.items.map((m) => m.id)).toEqual(['m2', 'm1']);
});
