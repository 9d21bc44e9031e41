import { api, data } from './api';
import { queryClient } from './query-client';
import type { ChangeSchedule, MakeSchedule } from './types';

const refresh = () => queryClient.invalidateQueries({ queryKey: ['schedules'] });
const of = (id: string) => ({ params: { path: { id } } });

/** Makes a schedule, which begins at once. */
export async function makeSchedule(body: MakeSchedule): Promise<void> {
  await data(api().POST('/v1/schedules', { body }));
  await refresh();
}

/** Changes what is named of a schedule, and nothing else. */
export async function changeSchedule(id: string, body: ChangeSchedule): Promise<void> {
  await data(api().PATCH('/v1/schedules/{id}', { ...of(id), body }));
  await refresh();
}

/** Has a schedule rest. */
export async function pauseSchedule(id: string): Promise<void> {
  await data(api().POST('/v1/schedules/{id}/pause', of(id)));
  await refresh();
}

/** Has a schedule go on with its next time. */
export async function resumeSchedule(id: string): Promise<void> {
  await data(api().POST('/v1/schedules/{id}/resume', of(id)));
  await refresh();
}

/** Runs a schedule now, and answers the conversation of its run. */
export async function runSchedule(id: string): Promise<string> {
  const { run } = await data(api().POST('/v1/schedules/{id}/run', of(id)));
  await refresh();
  return run.conversation_id;
}

/** Removes a schedule with its history, for good. */
export async function removeSchedule(id: string): Promise<void> {
  await data(api().DELETE('/v1/schedules/{id}', of(id)));
  await refresh();
}
