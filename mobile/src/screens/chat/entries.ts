import type { Message, RunState } from '@/services/types';
import type { Outgoing } from '@/stores/outgoing';
import { ended, type Draft } from '@/stores/story';

/** One thing in a thread, from the top down. */
export type Entry =
  | { kind: 'message'; key: string; message: Message; writing?: boolean }
  | { kind: 'progress'; key: string; runId: string; answered: boolean }
  | { kind: 'outgoing'; key: string; outgoing: Outgoing };

export interface ThreadParts {
  /** Newest first, as the server sends them. */
  messages: Message[];
  /** Answers that are being written, with their runs. */
  drafts: { runId: string; draft: Draft }[];
  outgoing: Outgoing[];
  /** The conversation's newest run and how it stands. */
  newest: { id: string; state: RunState } | null;
}

/** A draft as the message that it becomes, so that it is shown the same way and in the same place. */
function asMessage(runId: string, { message_id: id, text }: Draft): Message {
  return { id, text, author: 'assistant', run_id: runId, conversation_id: '', files: [], choices: [], created_at: '' };
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
    const open = message.run_id === newest?.id && !ended(newest.state);
    if (open && newest.state === 'waiting') return [entry];
    // The answer is there a moment before the run has ended: until then the run is shown as it was.
    return [entry, { kind: 'progress', key: message.run_id, runId: message.run_id, answered: !open }];
  });

  const known = new Set(messages.map((message) => message.id));
  const written = drafts.filter(({ draft }) => !known.has(draft.message_id));
  return [
    ...upwards.reverse(),
    ...(below ? [{ kind: 'progress' as const, key: newest.id, runId: newest.id, answered: false }] : []),
    ...written.map(({ runId, draft }): Entry => ({ kind: 'message', key: draft.message_id, message: asMessage(runId, draft), writing: true })),
    ...outgoing.map((one) => ({ kind: 'outgoing' as const, key: one.client_id, outgoing: one })),
  ];
}
