import type { Approval, Payload } from '@/services/types';

/** What of an approval was changed before it is decided: mails that are left out, and changed ones, by their place. */
export interface Draft {
  left: readonly number[];
  edits: Readonly<Record<number, Payload>>;
}

export const untouched: Draft = { left: [], edits: {} };

const times = ({ when }: Payload): string => (when ? `${when.start} ${when.end}` : '');

const same = (one: Payload, other: Payload): boolean =>
  one.subject === other.subject && one.body === other.body && one.to.join() === other.to.join() && one.cc.join() === other.cc.join() && times(one) === times(other);

/** Leaves a mail out, or takes it in again. */
export function toggled(draft: Draft, at: number): Draft {
  const left = draft.left.includes(at) ? draft.left.filter((other) => other !== at) : [...draft.left, at];
  return { ...draft, left };
}

/** Changes a mail; one that is as it was counts as not changed. */
export function edited(draft: Draft, at: number, payload: Payload, shown: Payload): Draft {
  const edits = Object.fromEntries(Object.entries(draft.edits).filter(([other]) => Number(other) !== at));
  return { ...draft, edits: same(payload, shown) ? edits : { ...edits, [at]: payload } };
}

/** The mails that would be sent, in order. */
export function sent({ effects }: Approval, draft: Draft): Payload[] {
  return effects.flatMap((effect, at) => (draft.left.includes(at) ? [] : [draft.edits[at] ?? effect.payload]));
}

/** What the decision carries: all payloads where something was changed, else nothing. */
export function payloadOf(approval: Approval, draft: Draft): Payload[] | null {
  return draft.left.length === 0 && Object.keys(draft.edits).length === 0 ? null : sent(approval, draft);
}

/** Addresses as they are typed: with commas, semicolons, spaces or lines between them. */
export function addressesIn(text: string): string[] {
  return text.split(/[\s,;，；]+/).filter(Boolean);
}

/** How many mails, and how many recipients they have together. */
export function counts(payloads: Payload[]): { mails: number; recipients: number } {
  return { mails: payloads.length, recipients: payloads.reduce((sum, { to, cc }) => sum + to.length + cc.length, 0) };
}

/** Whether an address is of another domain than the person's own. */
export function isOutside(address: string, own: string): boolean {
  const domain = (of: string) => of.slice(of.lastIndexOf('@') + 1).toLowerCase();
  return domain(address) !== domain(own);
}
