import type { When } from './types';

interface Sendable {
  to: string[];
  subject: string;
  body: string;
}

/** Whether it is a message in Teams: it goes to a channel, or to a colleague without a subject. An event is none. */
export function isMessage({ to, subject, when }: Pick<Sendable, 'to' | 'subject'> & { when?: When | null }): boolean {
  return !when && (subject === '' || to.some((one) => !one.includes('@')));
}

/** A time of an event as it is typed, `2026-12-02 15:00`. */
export function typedTime(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}

/** The time that was typed, as an event has it; null where it is none. */
export function timeTyped(text: string): string | null {
  const found = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})$/.exec(text.trim());
  const time = found && `${found[1]}T${found[2]}:00`;
  const date = time ? new Date(`${time}Z`) : null;
  return date && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(time ?? '') ? time : null;
}

/** What it is called in a list: its subject, else its first line. */
export function titleOf({ subject, body }: Pick<Sendable, 'subject' | 'body'>, none: string): string {
  return subject || body.trim().split('\n', 1)[0] || none;
}

/** An address as it is, a channel with its sign. */
export function shownTo(to: string): string {
  return to.includes('@') ? to : `#${to}`;
}
