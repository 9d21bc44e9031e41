import type { ScheduleRule } from '@/services/types';

import { fieldOf, freshWhen, ruleOf, sameWhen, whenOf, withKind, type When } from './when';

const now = new Date(2026, 10, 27, 14, 0);
const fresh = freshWhen(now);
const zone = 'Asia/Singapore';
const cron = (text: string, place = zone): ScheduleRule => ({ kind: 'cron', cron: text, zone: place });

it('begins with every Monday at nine', () => {
  expect(ruleOf(fresh)).toEqual({ rule: cron('0 9 * * 1') });
  expect(fresh.date).toBe('2026-11-28');
});

it.each<[string, Partial<When>]>([
  ['30 7 * * *', { kind: 'daily', time: '07:30' }],
  ['0 9 * * 1-5', { kind: 'weekdays', time: '09:00' }],
  ['0 17 * * 5', { kind: 'weekly', time: '17:00', weekday: 5 }],
  ['0 17 * * 0', { kind: 'weekly', time: '17:00', weekday: 0 }],
  ['0 8 1 * *', { kind: 'monthly', time: '08:00', day: '1' }],
  ['5 0 31 * *', { kind: 'monthly', time: '00:05', day: '31' }],
])('shows the cron %s in plain fields and makes it of them', (text, fields) => {
  const when = whenOf(cron(text, 'Asia/Hong_Kong'), now);
  expect(when).toMatchObject({ ...fields, zone: 'Asia/Hong_Kong' });
  expect(ruleOf(when)).toEqual({ rule: cron(text, 'Asia/Hong_Kong') });
});

it.each([
  ['0 9 * * MON', '0 9 * * 1'],
  ['0 9 * * 7', '0 9 * * 0'],
  ['00 09 * * mon-fri', '0 9 * * 1-5'],
])('understands %s as %s', (text, plain) => {
  const when = whenOf(cron(text), now);
  expect(when.kind).not.toBe('cron');
  expect(ruleOf(when)).toEqual({ rule: cron(plain) });
});

it.each(['*/30 * * * *', '0 9,17 * * *', '0 9 * * 1,3', '0 9 L * *', '0 9 1 1 *', '0 9 1 * 1', '0 9 1,15 * *', '0 9 * * 8', '60 9 * * *', '0 24 * * *', '0 9 * *'])(
  'leaves the cron %s as it is',
  (text) => {
    const when = whenOf(cron(text), now);
    expect(when).toMatchObject({ kind: 'cron', cron: text });
    expect(ruleOf(when)).toEqual({ rule: cron(text) });
  },
);

it.each([
  [45, '45', 'minutes'],
  [60, '1', 'hours'],
  [90, '90', 'minutes'],
  [1440, '24', 'hours'],
])('shows an interval of %d minutes as %s %s', (minutes, count, unit) => {
  const when = whenOf({ kind: 'interval', minutes, from: '2026-11-27T06:00:00Z' }, now);
  expect(when).toMatchObject({ kind: 'interval', count, unit });
  expect(ruleOf(when)).toEqual({ rule: { kind: 'interval', minutes } });
});

it('tells a single time by the clock of the device', () => {
  const at = new Date(2026, 11, 1, 8, 5).toISOString();
  const when = whenOf({ kind: 'once', at }, now);
  expect(when).toMatchObject({ kind: 'once', date: '2026-12-01', time: '08:05' });
  expect(ruleOf(when)).toEqual({ rule: { kind: 'once', at } });
});

it.each<[Partial<When>, string[]]>([
  [{ kind: 'daily', time: '9' }, ['time']],
  [{ kind: 'daily', time: '24:00' }, ['time']],
  [{ kind: 'weekdays', time: '09:60', zone: ' ' }, ['time', 'zone']],
  [{ kind: 'monthly', day: '32' }, ['day']],
  [{ kind: 'monthly', day: '', time: '' }, ['day', 'time']],
  [{ kind: 'interval', count: '0' }, ['count']],
  [{ kind: 'interval', count: '1.5' }, ['count']],
  [{ kind: 'once', date: '2026-02-30' }, ['date']],
  [{ kind: 'once', date: 'tomorrow', time: 'noon' }, ['date', 'time']],
  [{ kind: 'cron', cron: '  ' }, ['cron']],
])('says of %o which fields are wrong', (fields, wrong) => {
  expect(ruleOf({ ...fresh, ...fields })).toEqual({ wrong });
});

it('takes what people type', () => {
  expect(ruleOf({ ...fresh, kind: 'daily', time: ' 9：05 ', zone: ' Asia/Tokyo ' })).toEqual({ rule: cron('5 9 * * *', 'Asia/Tokyo') });
  expect(ruleOf({ ...fresh, kind: 'cron', cron: ' 0  9 * * 1 ' })).toEqual({ rule: cron('0 9 * * 1') });
});

it('begins a cron with what was chosen, and keeps the rest for the way back', () => {
  const monthly: When = { ...fresh, kind: 'monthly', day: '15', time: '18:30' };
  const asCron = withKind(monthly, 'cron');
  expect(asCron.cron).toBe('30 18 15 * *');
  expect(withKind(asCron, 'monthly')).toMatchObject({ kind: 'monthly', day: '15', time: '18:30' });
  expect(withKind({ ...fresh, kind: 'interval' }, 'cron').cron).toBe(fresh.cron);
});

it('knows when nothing was changed', () => {
  const when = whenOf(cron('00 09 * * MON'), now);
  expect(sameWhen(when, { ...when, day: '7' })).toBe(true);
  expect(sameWhen(when, { ...when, time: '9:01' })).toBe(false);
});

it('puts a sentence of the server about the rule where it belongs', () => {
  const tokio = { ...fresh, zone: 'Asia/Tokio' };
  expect(fieldOf(tokio, '“Asia/Tokio” is not a time zone. Write it as continent and city, e.g. Asia/Singapore.')).toBe('zone');
  expect(fieldOf({ ...fresh, kind: 'cron' }, 'This would come every minute.')).toBe('cron');
  expect(fieldOf({ ...fresh, kind: 'interval' }, 'This would come every 5 minutes.')).toBe('count');
  expect(fieldOf({ ...fresh, kind: 'once' }, 'This moment is over.')).toBe('date');
});
