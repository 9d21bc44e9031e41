import type { Texts } from './en';

const DAY = 86_400_000;

function dayOf(date: Date): number {
  return Math.floor((date.getTime() - date.getTimezoneOffset() * 60_000) / DAY);
}

/** For a list: the time today, "Yesterday", else the date. */
export function shortTime(iso: string, texts: Texts, now: Date = new Date()): string {
  const date = new Date(iso);
  const ago = dayOf(now) - dayOf(date);
  if (ago === 0) return date.toLocaleTimeString(texts.locale, { hour: '2-digit', minute: '2-digit', hour12: false });
  if (ago === 1) return texts.states.yesterday;
  const year = date.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  return date.toLocaleDateString(texts.locale, { day: 'numeric', month: 'short', year });
}

/** For a page: day and time in full. */
export function longTime(iso: string, texts: Texts): string {
  return new Date(iso).toLocaleString(texts.locale, {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  });
}

/** For a time that was set: the weekday too. */
export function dueTime(iso: string, texts: Texts): string {
  return new Date(iso).toLocaleString(texts.locale, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
}

/** From when until when an event is, by the clocks of its zone. */
export function eventTime({ start, end, time_zone }: { start: string; end: string; time_zone: string }, texts: Texts): string {
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'UTC' } as const;
  const day = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' } as const;
  const [from, to] = [new Date(`${start}Z`), new Date(`${end}Z`)];
  const sameDay = start.slice(0, 10) === end.slice(0, 10);
  const until = sameDay ? to.toLocaleTimeString(texts.locale, time) : to.toLocaleString(texts.locale, { ...day, ...time });
  return `${from.toLocaleString(texts.locale, { ...day, ...time })} – ${until} (${time_zone})`;
}

/** The name of a day of the week; 0 is Sunday. */
export function weekdayName(weekday: number, length: 'short' | 'long', texts: Texts): string {
  return new Date(2023, 0, 1 + weekday).toLocaleDateString(texts.locale, { weekday: length });
}

export function fileSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} KB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
