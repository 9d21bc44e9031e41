import { useMe } from '@/stores/me';
import { useOutgoing } from '@/stores/outgoing';
import { usePreferences } from '@/stores/preferences';

import { serverAddress } from './address';
import { asProblem } from './problem';
import { refreshKeeper } from './refresh-keeper';
import { createSession } from './session';
import type { Person } from './types';

function show(person: Person | null): void {
  useMe.getState().show(person);
  if (!person) return;
  usePreferences.getState().adopt(person.language);
  useOutgoing.getState().belongTo(person.id);
}

export const session = createSession({
  fetch: (request) => fetch(request),
  address: serverAddress,
  keeper: refreshKeeper,
  now: Date.now,
  onChange: show,
});

/** Signs the person in again at start. Without a connection it says so instead of asking for the password. */
export async function restoreSession(): Promise<void> {
  useMe.getState().wait();
  try {
    await session.renew();
  } catch (error) {
    useMe.getState().fail(asProblem(error));
  }
}
