interface Sendable {
  to: string[];
  subject: string;
  body: string;
}

/** Whether it is a message in Teams: it goes to a channel, or to a colleague without a subject. */
export function isMessage({ to, subject }: Pick<Sendable, 'to' | 'subject'>): boolean {
  return subject === '' || to.some((one) => !one.includes('@'));
}

/** What it is called in a list: its subject, else its first line. */
export function titleOf({ subject, body }: Pick<Sendable, 'subject' | 'body'>, none: string): string {
  return subject || body.trim().split('\n', 1)[0] || none;
}

/** An address as it is, a channel with its sign. */
export function shownTo(to: string): string {
  return to.includes('@') ? to : `#${to}`;
}
