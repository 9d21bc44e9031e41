import type { ApprovalState, Message, Run, RunState, StoredFile } from './types';

interface Envelope {
  /** Rises with each of the person's events. */
  cursor: number;
  run_id: string | null;
  conversation_id: string | null;
}

/** One line of what happened. */
export type StreamEvent = Envelope &
  (
    | { kind: 'run.state'; data: { state: RunState; waiting_for: Run['waiting_for'] } }
    | { kind: 'run.progress'; data: { text: string; done?: number; total?: number } }
    | { kind: 'message.delta'; data: { message_id: string; text: string } }
    | { kind: 'message.done'; data: { message: Message } }
    | { kind: 'tool.started'; data: { name: string } }
    | { kind: 'tool.done'; data: { name: string; ok: boolean } }
    | { kind: 'approval.requested' | 'approval.decided'; data: { approval_id: string; state: ApprovalState } }
    | { kind: 'notice'; data: { text: string } }
    | { kind: 'file.ready'; data: { file: StoredFile } }
  );

/** An event as the server stores it, or null when it is none. Kinds that this app doesn't know stay as they are. */
export function asEvent(value: unknown): StreamEvent | null {
  if (typeof value !== 'object' || value === null) return null;
  const { cursor, kind, data } = value as Record<string, unknown>;
  const whole = typeof cursor === 'number' && typeof kind === 'string' && typeof data === 'object' && data !== null;
  return whole ? (value as StreamEvent) : null;
}

/** The event in a frame of the stream, or null when it holds none. */
export function parseFrame(frame: string): StreamEvent | null {
  try {
    const value = JSON.parse(frame) as { type?: unknown } | null;
    return value?.type === 'event' ? asEvent(value) : null;
  } catch {
    return null;
  }
}
