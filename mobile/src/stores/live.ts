import { create } from 'zustand';

import type { StreamEvent } from '@/services/events';
import type { Run, RunState } from '@/services/types';

export interface ProgressLine {
  text: string;
  done?: number;
  total?: number;
  failed?: boolean;
}

/** What the stream has told of a run. */
export interface LiveRun {
  id: string;
  conversation_id: string;
  state: RunState;
  waiting_for: Run['waiting_for'];
  lines: ProgressLine[];
  /** The cursor of the first event seen, when the run had begun before; what came earlier has to be asked for. */
  since: number | null;
}

/** An answer that is still being written. */
export interface Draft {
  id: string;
  conversation_id: string;
  run_id: string | null;
  text: string;
}

interface Live {
  connected: boolean;
  runs: Record<string, LiveRun>;
  /** The newest run of each conversation. */
  newest: Record<string, string>;
  drafts: Record<string, Draft>;
  notice: string | null;
  setConnected: (connected: boolean) => void;
  /** A message was accepted: its run has begun, or goes on when it had waited for the message. */
  begin: (run: Run) => void;
  apply: (event: StreamEvent) => void;
  tell: (text: string) => void;
  dismissNotice: () => void;
  reset: () => void;
}

export const ended = (state: RunState): boolean => state === 'succeeded' || state === 'failed' || state === 'cancelled';

const nothing = { connected: false, runs: {}, newest: {}, drafts: {}, notice: null };

function addLine(lines: ProgressLine[], line: ProgressLine): ProgressLine[] {
  const last = lines.at(-1);
  return last?.text === line.text ? [...lines.slice(0, -1), { ...last, ...line }] : [...lines, line];
}

/** The progress after an event. */
export function told(lines: ProgressLine[], event: StreamEvent): ProgressLine[] {
  if (event.kind === 'run.progress') return addLine(lines, event.data);
  const last = lines.at(-1);
  const failed = event.kind === 'tool.done' && !event.data.ok && last;
  return failed ? [...lines.slice(0, -1), { ...last, failed: true }] : lines;
}

function withRun(live: Live, event: StreamEvent): Partial<Live> {
  const { run_id: id, conversation_id } = event;
  if (!id || !conversation_id) return {};
  const known = live.runs[id];
  const run: LiveRun = known ?? { id, conversation_id, state: 'running', waiting_for: null, lines: [], since: event.cursor };
  const state = event.kind === 'run.state' ? event.data : {};
  return {
    runs: { ...live.runs, [id]: { ...run, ...state, lines: told(run.lines, event) } },
    newest: known ? live.newest : { ...live.newest, [conversation_id]: id },
  };
}

function withDrafts(live: Live, event: StreamEvent): Partial<Live> {
  if (event.kind === 'message.delta' && event.conversation_id) {
    const { message_id: id, text } = event.data;
    const draft = live.drafts[id] ?? { id, conversation_id: event.conversation_id, run_id: event.run_id, text: '' };
    return { drafts: { ...live.drafts, [id]: { ...draft, text: draft.text + text } } };
  }
  const over = (draft: Draft) =>
    (event.kind === 'message.done' && draft.id === event.data.message.id) ||
    (event.kind === 'run.state' && ended(event.data.state) && draft.run_id === event.run_id);
  const left = Object.values(live.drafts).filter((draft) => !over(draft));
  return { drafts: Object.fromEntries(left.map((draft) => [draft.id, draft])) };
}

/** What comes over the stream and is not (yet) stored data. */
export const useLive = create<Live>((set) => ({
  ...nothing,
  setConnected: (connected) => set({ connected }),
  begin: ({ id, conversation_id, state, waiting_for }) =>
    set((live) => {
      const known = live.runs[id];
      const fresh: LiveRun = { id, conversation_id, state, waiting_for, lines: [], since: null };
      const run = known?.state === 'waiting' ? { ...known, state, waiting_for } : (known ?? fresh);
      return { newest: { ...live.newest, [conversation_id]: id }, runs: { ...live.runs, [id]: run } };
    }),
  apply: (event) =>
    set((live) => ({
      ...withRun(live, event),
      ...withDrafts(live, event),
    })),
  tell: (notice) => set({ notice }),
  dismissNotice: () => set({ notice: null }),
  reset: () => set(nothing),
}));
