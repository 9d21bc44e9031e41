import { create } from 'zustand';

import type { StreamEvent } from '@/services/events';
import type { Run, RunState } from '@/services/types';

import { gather, tell, untold, type Story } from './story';

/** What the stream has told of a run. */
export interface LiveRun {
  id: string;
  conversation_id: string;
  state: RunState;
  waiting_for: Run['waiting_for'];
  story: Story;
  /** The cursor of the first event seen, when the run had begun before; what came earlier has to be asked for. */
  since: number | null;
  /** The events of such a run, to be told again after the earlier ones. */
  events: StreamEvent[];
}

interface Live {
  connected: boolean;
  runs: Record<string, LiveRun>;
  /** The newest run of each conversation. */
  newest: Record<string, string>;
  notice: string | null;
  setConnected: (connected: boolean) => void;
  /** A message was accepted: its run has begun, or goes on when it had waited for the message. */
  begin: (run: Run) => void;
  apply: (event: StreamEvent) => void;
  tell: (text: string) => void;
  dismissNotice: () => void;
  reset: () => void;
}

const nothing = { connected: false, runs: {}, newest: {}, notice: null };

function withEvent(live: Live, event: StreamEvent): Partial<Live> {
  const { run_id: id, conversation_id } = event;
  if (!id || !conversation_id) return {};
  const known = live.runs[id];
  const fresh = { id, conversation_id, state: 'running' as const, waiting_for: null, story: untold, since: event.cursor, events: [] };
  const run: LiveRun = known ?? fresh;
  const next: LiveRun = {
    ...run,
    ...(event.kind === 'run.state' ? event.data : {}),
    story: tell(run.story, event),
    events: run.since === null ? run.events : gather(run.events, event),
  };
  return { runs: { ...live.runs, [id]: next }, newest: known ? live.newest : { ...live.newest, [conversation_id]: id } };
}

/** What comes over the stream and is not (yet) stored data. */
export const useLive = create<Live>((set) => ({
  ...nothing,
  setConnected: (connected) => set({ connected }),
  begin: ({ id, conversation_id, state, waiting_for }) =>
    set((live) => {
      const known = live.runs[id];
      const fresh: LiveRun = { id, conversation_id, state, waiting_for, story: untold, since: null, events: [] };
      const run = known?.state === 'waiting' ? { ...known, state, waiting_for } : (known ?? fresh);
      return { newest: { ...live.newest, [conversation_id]: id }, runs: { ...live.runs, [id]: run } };
    }),
  apply: (event) => set((live) => withEvent(live, event)),
  tell: (notice) => set({ notice }),
  dismissNotice: () => set({ notice: null }),
  reset: () => set(nothing),
}));
