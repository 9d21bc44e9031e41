import { useQuery } from '@tanstack/react-query';

import * as queries from '@/services/queries';
import type { Run, RunState } from '@/services/types';
import { ended, useLive, type LiveRun, type ProgressLine } from '@/stores/live';

/** How a run stands: the stream's word, or the server's where the stream has missed the end. */
export function stateOf(live: LiveRun | undefined, stored: Run | undefined): RunState | null {
  if (stored && ended(stored.state)) return stored.state;
  return live?.state ?? stored?.state ?? null;
}

const moves = (state: RunState | null) => state === 'queued' || state === 'running';

/** A run, followed by the stream and, in case that is lost, by asking. */
export function useRun(id: string | null) {
  const live = useLive((s) => (id ? s.runs[id] : undefined));
  const connected = useLive((s) => s.connected);
  const query = useQuery({
    ...queries.run(id ?? ''),
    enabled: id !== null,
    refetchInterval: ({ state: { data } }) => moves(stateOf(live, data)) && (connected ? 10_000 : 3_000),
  });
  return { state: stateOf(live, query.data), live, stored: query.data };
}

/** What a run has told of its steps. What the stream brought before the app was there is asked for when it is wanted. */
export function useSteps(id: string, live: LiveRun | undefined, wanted: boolean): { lines: ProgressLine[]; pending: boolean } {
  const whole = live !== undefined && live.since === null;
  const earlier = useQuery({ ...queries.earlierSteps(id, live?.since ?? null), enabled: wanted && !whole });
  return { lines: [...(whole ? [] : (earlier.data ?? [])), ...(live?.lines ?? [])], pending: earlier.isLoading };
}
