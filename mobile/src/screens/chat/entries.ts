import type { Message, RunState } from '@/services/types';
import { ended, type Draft } from '@/stores/live';
import type { Outgoing } from '@/stores/outgoing';

/** One thing in a thread, from the top down. */
export type Entry =
  | { kind: 'message'; key: string; message: Message }
  | { kind: 'progress'; key: string; runId: string; answered: boolean }
  | { kind: 'draft'; key: string; draft: Draft }
  | { kind: 'outgoing'; key: string; outgoing: Outgoing };

export interface ThreadParts {
  /** Newest first, as the server sends them. */
  messages: Message[];
  drafts: Draft[];
  outgoing: Outgoing[];
  /** The conversation's newest run and how it stands. */
  newest: { id: string; state: RunState } | null;
}

/**
 * A thread in reading order. How a run went stands above its answer, and below everything while there is none yet. A run
 * that asks back has several messages: its answer is the last.
 */
export function entriesOf({ messages, drafts, outgoing, newest }: ThreadParts): Entry[] {
  const last = messages[0];
  const answered = last?.author === 'assistant' && last.run_id === newest?.id;
  const below = newest !== null && !answered && newest.state !== 'waiting' && newest.state !== 'succeeded';

  const told = new Set<string | null>(below ? [newest.id, null] : [null]);
  const upwards = messages.flatMap((message): Entry[] => {
    const entry: Entry = { kind: 'message', key: message.id, message };
    if (message.author !== 'assistant' || message.run_id === null || told.has(message.run_id)) return [entry];
    told.add(message.run_id);
    const asks = message.run_id === newest?.id && !ended(newest.state);
    return asks ? [entry] : [entry, { kind: 'progress', key: message.run_id, runId: message.run_id, answered: true }];
  });

  const known = new Set(messages.map((message) => message.id));
  return [
    ...upwards.reverse(),
    ...(below ? [{ kind: 'progress' as const, key: newest.id, runId: newest.id, answered: false }] : []),
    ...drafts.filter((draft) => !known.has(draft.id)).map((draft) => ({ kind: 'draft' as const, key: draft.id, draft })),
    ...outgoing.map((one) => ({ kind: 'outgoing' as const, key: one.client_id, outgoing: one })),
  ];
}
