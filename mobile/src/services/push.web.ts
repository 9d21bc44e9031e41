import type { PhoneToken } from './push';

/** A browser is told by the page itself. */
export const canPush = false;

export const platform = 'android';

export const phoneToken = async (_ask: boolean): Promise<PhoneToken> => 'unready';

export function useTapped(_open: (place: `/chat/${string}` | `/schedules/${string}`) => void): void {}
