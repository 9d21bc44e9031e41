import { api, data } from './api';
import { queryClient } from './query-client';

const refresh = () => queryClient.invalidateQueries({ queryKey: ['sessions'] });
const refreshFactor = () => queryClient.invalidateQueries({ queryKey: ['second-factor'] });

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

/** Begins to set up a second factor: the secret, also as a link for authenticator apps. */
export const beginSecondFactor = (password: string) => data(api().POST('/v1/me/second-factor', { body: { password } }));

/** Puts it in force with its first code; the recovery codes are told this once. The other sessions end. */
export async function confirmSecondFactor(code: string): Promise<string[]> {
  const { recovery_codes } = await data(api().POST('/v1/me/second-factor/confirm', { body: { code } }));
  await Promise.all([refresh(), refreshFactor()]);
  return recovery_codes;
}

/** Ten other recovery codes; the old ones are good no more. */
export async function renewRecoveryCodes(password: string, code: string): Promise<string[]> {
  const { recovery_codes } = await data(api().POST('/v1/me/second-factor/recovery-codes', { body: { password, code } }));
  await refreshFactor();
  return recovery_codes;
}

/** Takes the second factor away. */
export async function removeSecondFactor(password: string, code: string): Promise<void> {
  await data(api().DELETE('/v1/me/second-factor', { body: { password, code } }));
  await refreshFactor();
}
