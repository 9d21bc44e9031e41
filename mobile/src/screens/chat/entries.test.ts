import type { Message } from '@/services/types';

import { entriesOf, type ThreadParts } from './entries';

const said = (id: string, author: Message['author'], run_id: string): Message => ({
  id, author, run_id, conversation_id: 'c', text: id, files: [], choices: [], created_at: '',
});
const keys = (parts: Partial<ThreadParts>) =>
  entriesOf({ messages: [], drafts: [], outgoing: [], newest: null, ...parts }).map(({ kind, key }) => `${kind} ${key}`);
const asked = said('p1', 'person', 'r1');
const answer = said('a1', 'assistant', 'r1');

it('shows how a run went above its answer, for every run', () => {
  const messages = [said('a2', 'assistant', 'r2'), said('p2', 'person', 'r2'), answer, asked];
  expect(keys({ messages, newest: { id: 'r2', state: 'succeeded' } })).toEqual([
    'message p1', 'progress r1', 'message a1', 'message p2', 'progress r2', 'message a2',
  ]);
});

it('shows a working run below what was said, then its answer as it is written, then what is not sent yet', () => {
  const draft = { runId: 'r1', draft: { message_id: 'a1', text: 'The' } };
  const outgoing = { client_id: 'o1', conversation_id: 'c', text: 'and?', state: 'sending' as const, detail: '', at: '' };
  const parts = { messages: [asked], newest: { id: 'r1', state: 'running' as const }, drafts: [draft], outgoing: [outgoing] };
  expect(keys(parts)).toEqual(['message p1', 'progress r1', 'message a1', 'outgoing o1']);
});

it('puts the answer where its draft was, and keeps the run above it as it is until it has ended', () => {
  const drafts = [{ runId: 'r1', draft: { message_id: 'a1', text: 'The' } }];
  const written = entriesOf({ messages: [asked], drafts, outgoing: [], newest: { id: 'r1', state: 'running' } });
  const done = entriesOf({ messages: [answer, asked], drafts, outgoing: [], newest: { id: 'r1', state: 'running' } });
  expect(written.map(({ key }) => key)).toEqual(done.map(({ key }) => key));
  expect([written[2], done[2]]).toMatchObject([{ writing: true, message: { text: 'The' } }, { message: answer }]);
  expect(done[1]).toMatchObject({ kind: 'progress', answered: false });
  const [, ended] = entriesOf({ messages: [answer, asked], drafts: [], outgoing: [], newest: { id: 'r1', state: 'succeeded' } });
  expect(ended).toMatchObject({ kind: 'progress', answered: true });
});

it('keeps the choices of a run that asks back at the end', () => {
  expect(keys({ messages: [answer, asked], newest: { id: 'r1', state: 'waiting' } })).toEqual(['message p1', 'message a1']);
});

it('shows a run that goes on after it had asked below the reply, and in the end above its answer', () => {
  const messages = [said('p2', 'person', 'r1'), answer, asked];
  expect(keys({ messages, newest: { id: 'r1', state: 'running' } })).toEqual(['message p1', 'message a1', 'message p2', 'progress r1']);
  expect(keys({ messages: [said('a2', 'assistant', 'r1'), ...messages], newest: { id: 'r1', state: 'succeeded' } })).toEqual([
    'message p1', 'message a1', 'message p2', 'progress r1', 'message a2',
  ]);
});

it('says of a failed run without an answer that it failed', () => {
  expect(keys({ messages: [asked], newest: { id: 'r1', state: 'failed' } })).toEqual(['message p1', 'progress r1']);
});
