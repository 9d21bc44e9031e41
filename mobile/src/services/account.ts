import { api, data } from './api';
import { queryClient } from './query-client';

const refresh = () => queryClient.invalidateQueries({ queryKey: ['sessions'] });

/** Ends one session of the person. */
export async function endSession(id: string): Promise<void> {
  await data(api().DELETE('/v1/me/sessions/{id}', { params: { path: { id } } }));
  await refresh();
}

/** Ends all sessions of the person but this one. */
export async function endOtherSessions(): Promise<void> {
  await data(api().DELETE('/v1/me/sessions'));
  await refresh();
}

/** Sets a new password; the other sessions end. */
export async function changePassword(current: string, chosen: string): Promise<void> {
  await data(api().POST('/v1/me/password', { body: { current, new: chosen } }));
  await refresh();
}
