import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useShallow } from 'zustand/react/shallow';

import * as queries from '@/services/queries';
import type { Run, RunState } from '@/services/types';
import { useLive, type LiveRun } from '@/stores/live';
import { ended, storyOf, type Draft, type Story } from '@/stores/story';

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

/** What a run has told. What happened before the stream brought the run is asked for when it is wanted. */
export function useStory(id: string | null, live: LiveRun | undefined, wanted: boolean): { story: Story; pending: boolean } {
  const since = live?.since ?? null;
  const whole = live !== undefined && since === null;
  const earlier = useQuery({ ...queries.earlierEvents(id ?? '', since), enabled: id !== null && wanted && !whole });
  const story = useMemo(() => {
    if (whole) return live.story;
    const before = (earlier.data ?? []).filter((event) => since === null || event.cursor < since);
    return storyOf([...before, ...(live?.events ?? [])]);
  }, [whole, live, since, earlier.data]);
  return { story, pending: earlier.isLoading };
}

/** The answers that are being written in a conversation. */
export function useDrafts(conversationId: string, newestId: string | null): { runId: string; draft: Draft }[] {
  const { state, live } = useRun(newestId);
  const { draft } = useStory(newestId, live, moves(state)).story;
  const others = useLive(
    useShallow((s) => Object.values(s.runs).filter((run) => run.conversation_id === conversationId && run.id !== newestId && run.story.draft)),
  );
  return useMemo(() => {
    const written = others.map(({ id, story }) => ({ runId: id, draft: story.draft }));
    const all = [...written, { runId: newestId ?? '', draft: moves(state) ? draft : null }];
    return all.flatMap(({ runId, draft: text }) => (text ? [{ runId, draft: text }] : []));
  }, [others, newestId, state, draft]);
}
