import { isMessage, shownTo, timeTyped, titleOf, typedTime } from './payload';

it('tells a mail from a message by what it holds', () => {
  expect(isMessage({ to: ['ceo@mezzofy.example'], subject: 'October' })).toBe(false);
  expect(isMessage({ to: ['ceo@mezzofy.example'], subject: '' })).toBe(true);
  expect(isMessage({ to: ['sales'], subject: 'October' })).toBe(true);
});

it('calls what has no subject by its first line', () => {
  expect(titleOf({ subject: '', body: '\nThe pitch is ready.\nMore.' }, 'none')).toBe('The pitch is ready.');
  expect(titleOf({ subject: 'October', body: 'x' }, 'none')).toBe('October');
  expect(titleOf({ subject: '', body: ' ' }, 'none')).toBe('none');
  expect(['sales', 'ceo@mezzofy.example'].map(shownTo)).toEqual(['#sales', 'ceo@mezzofy.example']);
});

it('takes a time of an event as it is typed, and nothing that is none', () => {
  expect(typedTime('2026-12-02T15:00:00')).toBe('2026-12-02 15:00');
  expect(timeTyped(' 2026-12-02 15:00 ')).toBe('2026-12-02T15:00:00');
  for (const text of ['2026-12-02', 'tomorrow', '2026-13-02 15:00', '2026-02-30 15:00', '2026-12-02 25:00']) expect(timeTyped(text)).toBeNull();
  const when = { start: '2026-12-02T15:00:00', end: '2026-12-02T16:00:00', time_zone: 'Asia/Singapore', online: true };
  expect(isMessage({ to: [], subject: 'October', when })).toBe(false);
});
