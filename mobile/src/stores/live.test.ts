import type { StreamEvent } from '@/services/events';
import type { Run } from '@/services/types';

import { useLive } from './live';

let cursor = 0;
type Told = StreamEvent extends infer Each ? (Each extends StreamEvent ? Pick<Each, 'kind' | 'data'> : never) : never;
const tell = (told: Told) =>
  useLive.getState().apply({ cursor: (cursor += 1), run_id: 'r', conversation_id: 'c', ...told } as StreamEvent);
const message = { id: 'm', conversation_id: 'c', author: 'assistant' as const, text: 'Done', files: [], choices: [], run_id: 'r', created_at: '' };

const draft = () => useLive.getState().runs.r?.story.draft;

beforeEach(() => useLive.getState().reset());

it('writes an answer as its parts come and clears it when the message is there', () => {
  tell({ kind: 'message.delta', data: { message_id: 'm', text: 'Do' } });
  tell({ kind: 'message.delta', data: { message_id: 'm', text: 'ne' } });
  expect(draft()?.text).toBe('Done');
  tell({ kind: 'message.done', data: { message } });
  expect(draft()).toBeNull();
});

it('counts on in one line while its text stays the same, and marks the line whose tool failed', () => {
  tell({ kind: 'run.progress', data: { text: 'Reading', done: 1, total: 3 } });
  tell({ kind: 'run.progress', data: { text: 'Reading', done: 2, total: 3 } });
  tell({ kind: 'run.progress', data: { text: 'Sending' } });
  tell({ kind: 'tool.done', data: { name: 'outlook_send_email', ok: false } });
  expect(useLive.getState().runs.r?.story.lines).toEqual([
    { text: 'Reading', done: 2, total: 3 },
    { text: 'Sending', failed: true },
  ]);
});

it('drops a half-written answer when its run has ended without it', () => {
  tell({ kind: 'message.delta', data: { message_id: 'm', text: 'Do' } });
  tell({ kind: 'run.state', data: { state: 'cancelled', waiting_for: null } });
  expect(useLive.getState()).toMatchObject({ newest: { c: 'r' }, runs: { r: { state: 'cancelled', story: { draft: null } } } });
});

it('knows a run that had begun before from one that it has seen from the start', () => {
  const run = { id: 'new', conversation_id: 'c', state: 'queued' as const, waiting_for: null };
  useLive.getState().begin(run as Run);
  tell({ kind: 'run.progress', data: { text: 'Reading' } });
  expect(useLive.getState().runs.new?.since).toBeNull();
  expect(useLive.getState().runs.r?.since).toBe(cursor);
});

it('keeps the events of a run that had begun before, to tell them after the earlier ones', () => {
  useLive.getState().begin({ id: 'new', conversation_id: 'c', state: 'queued' as const, waiting_for: null } as Run);
  const pieces = ['Do', 'ne'].map((text) => ({ kind: 'message.delta' as const, data: { message_id: 'm', text } }));
  for (const piece of pieces) tell(piece);
  expect(useLive.getState().runs.r?.events.map(({ data }) => data)).toEqual([{ message_id: 'm', text: 'Done' }]);
  for (const piece of pieces) useLive.getState().apply({ cursor: (cursor += 1), run_id: 'new', conversation_id: 'c', ...piece });
  expect(useLive.getState().runs.new).toMatchObject({ events: [], story: { draft: { text: 'Done' } } });
});

it('a run that had asked goes on with the accepted reply, and a late answer turns nothing back', () => {
  const queued = { id: 'r', conversation_id: 'c', state: 'queued' as const, waiting_for: null } as Run;
  tell({ kind: 'run.state', data: { state: 'waiting', waiting_for: 'person' } });
  useLive.getState().begin(queued);
  expect(useLive.getState().runs.r?.state).toBe('queued');
  tell({ kind: 'run.state', data: { state: 'succeeded', waiting_for: null } });
  useLive.getState().begin(queued);
  expect(useLive.getState().runs.r?.state).toBe('succeeded');
});
