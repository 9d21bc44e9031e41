import { isMessage, shownTo, titleOf } from './payload';

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
