// Between the rule of a schedule and the fields in which a person says when it comes.
import type { ScheduleRule } from '@/services/types';

export const kinds = ['daily', 'weekdays', 'weekly', 'monthly', 'interval', 'once', 'cron'] as const;
export type Kind = (typeof kinds)[number];
export type Unit = 'minutes' | 'hours';

/** When, as it is typed. What the kind has no use for is kept, so that one can go back to it. */
export interface When {
  kind: Kind;
  /** By the clock: `09:00`. */
  time: string;
  /** As in a cron: 0 is Sunday. */
  weekday: number;
  /** Of the month. */
  day: string;
  /** Minutes or hours from one time to the next. */
  count: string;
  unit: Unit;
  /** By the calendar of this device: `2026-12-01`. */
  date: string;
  cron: string;
  /** IANA name of the place whose clock counts. */
  zone: string;
}
export type WhenField = 'time' | 'day' | 'count' | 'date' | 'cron' | 'zone';

const ZONE = 'Asia/Singapore';
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** What is typed for each kind, first what tells it from the others. */
export const needed: Record<Kind, readonly WhenField[]> = {
  daily: ['time', 'zone'],
  weekdays: ['time', 'zone'],
  weekly: ['time', 'zone'],
  monthly: ['day', 'time', 'zone'],
  interval: ['count'],
  once: ['date', 'time'],
  cron: ['cron', 'zone'],
};

/** What a new schedule begins with: every Monday at nine. */
export function freshWhen(now: Date): When {
  const tomorrow = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
  return { kind: 'weekly', time: '09:00', weekday: 1, day: '1', count: '2', unit: 'hours', date: dayOf(tomorrow), cron: '0 9 * * 1', zone: ZONE };
}

/** The fields of a rule. A cron that no other kind can say stays a cron. */
export function whenOf(rule: ScheduleRule, now: Date): When {
  const fresh = freshWhen(now);
  if (rule.kind === 'once' && rule.at) {
    const at = new Date(rule.at);
    return { ...fresh, kind: 'once', date: dayOf(at), time: clock(at.getHours(), at.getMinutes()) };
  }
  if (rule.kind === 'interval' && rule.minutes) {
    const whole = rule.minutes % 60 === 0;
    return { ...fresh, kind: 'interval', count: String(whole ? rule.minutes / 60 : rule.minutes), unit: whole ? 'hours' : 'minutes' };
  }
  const cron = rule.cron ?? '';
  return { ...fresh, zone: rule.zone ?? ZONE, cron, ...(plainly(cron) ?? { kind: 'cron' }) };
}

/** The rule of the fields, or which of them can't be understood. The server knows the rest. */
export function ruleOf(when: When): { rule: ScheduleRule } | { wrong: WhenField[] } {
  const wrong = needed[when.kind].filter((field) => !isReadable[field](when[field].trim()));
  return wrong.length > 0 ? { wrong } : { rule: readable(when) };
}

function readable(when: When): ScheduleRule {
  const [hour = 0, minute = 0] = numbersIn(when.time);
  const onDays = (days: string): ScheduleRule => ({ kind: 'cron', cron: `${minute} ${hour} ${days}`, zone: when.zone.trim() });
  switch (when.kind) {
    case 'daily':
      return onDays('* * *');
    case 'weekdays':
      return onDays('* * 1-5');
    case 'weekly':
      return onDays(`* * ${when.weekday}`);
    case 'monthly':
      return onDays(`${Number(when.day)} * *`);
    case 'interval':
      return { kind: 'interval', minutes: Number(when.count) * (when.unit === 'hours' ? 60 : 1) };
    case 'once': {
      const [year = 0, month = 0, day = 0] = numbersIn(when.date);
      return { kind: 'once', at: new Date(year, month - 1, day, hour, minute).toISOString() };
    }
    case 'cron':
      return { kind: 'cron', cron: when.cron.trim().split(/\s+/).join(' '), zone: when.zone.trim() };
  }
}

/** Chooses a kind. A cron begins with what was chosen before, in its own words. */
export function withKind(when: When, kind: Kind): When {
  const before = ruleOf(when);
  const cron = kind === 'cron' && 'rule' in before ? before.rule.cron : null;
  return { ...when, kind, ...(cron ? { cron } : {}) };
}

/** Which field a sentence of the server about the rule belongs to: the zone when it is quoted, else what makes the kind. */
export function fieldOf(when: When, sentence: string): WhenField {
  const [first = 'time', ...others] = needed[when.kind];
  return others.includes('zone') && sentence.includes(`“${when.zone.trim()}”`) ? 'zone' : first;
}

/** Whether two say the same, also in other words. */
export function sameWhen(one: When, other: When): boolean {
  return JSON.stringify(ruleOf(one)) === JSON.stringify(ruleOf(other));
}

/** What a cron says, where a kind of its own can say it. */
function plainly(cron: string): Partial<When> | null {
  const [minute = '', hour = '', day = '', month = '', weekday = '', ...more] = cron.trim().split(/\s+/);
  const [m, h] = [numberIn(minute, 0, 59), numberIn(hour, 0, 23)];
  if (m === null || h === null || month !== '*' || more.length > 0) return null;
  const time = clock(h, m);
  if (day === '*') {
    if (weekday === '*') return { kind: 'daily', time };
    if (/^(1-5|mon-fri)$/i.test(weekday)) return { kind: 'weekdays', time };
    const named = WEEKDAYS.indexOf(weekday.toUpperCase());
    const number = named >= 0 ? named : numberIn(weekday, 0, 7);
    return number === null ? null : { kind: 'weekly', time, weekday: number % 7 };
  }
  const ofMonth = numberIn(day, 1, 31);
  return ofMonth !== null && weekday === '*' ? { kind: 'monthly', time, day: String(ofMonth) } : null;
}

function numberIn(text: string, low: number, high: number): number | null {
  if (!/^\d+$/.test(text)) return null;
  const number = Number(text);
  return number >= low && number <= high ? number : null;
}

const numbersIn = (text: string): number[] => (text.match(/\d+/g) ?? []).map(Number);

function isTime(text: string): boolean {
  const [hour = 0, minute = 0] = numbersIn(text);
  return /^\d{1,2}[:：]\d{2}$/.test(text) && hour < 24 && minute < 60;
}

function isDate(text: string): boolean {
  const [year = 0, month = 0, day = 0] = numbersIn(text);
  const date = new Date(year, month - 1, day);
  return /^\d{4}-\d{1,2}-\d{1,2}$/.test(text) && date.getMonth() === month - 1 && date.getDate() === day;
}

const isReadable: Record<WhenField, (text: string) => boolean> = {
  time: isTime,
  day: (text) => numberIn(text, 1, 31) !== null,
  count: (text) => numberIn(text, 1, 999_999) !== null,
  date: isDate,
  cron: (text) => text !== '',
  zone: (text) => text !== '',
};

const two = (number: number): string => String(number).padStart(2, '0');
const clock = (hour: number, minute: number): string => `${two(hour)}:${two(minute)}`;
const dayOf = (date: Date): string => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
