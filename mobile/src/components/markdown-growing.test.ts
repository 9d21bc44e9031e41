import { lexer } from 'marked';

import { settled } from './markdown-growing';

it.each([
  ['plain text', 'plain text'],
  ['a **bold', 'a **bold**'],
  ['a **bold*', 'a **bold**'],
  ['a **bold**', 'a **bold**'],
  ['a **bold** and **', 'a **bold** and'],
  ['an *em', 'an *em*'],
  ['**a *b', '**a *b***'],
  ['2 * 3 and more', '2 * 3 and more'],
  ['* an item', '* an item'],
  ['call `crm_qu', 'call `crm_qu`'],
  ['see [our pa', 'see our pa'],
  ['see [our page](https://mezzo', 'see our page'],
  ['see [our page](https://m.example) now', 'see [our page](https://m.example) now'],
])('closes what is open: %s', (text, shown) => expect(settled(text)).toBe(shown));

it.each([
  ['text\n-', 'text'],
  ['text\n##', 'text'],
  ['text\n1.', 'text'],
  ['text\n- item', 'text\n- item'],
  ['text\n``', 'text'],
  ['```\ncode\n``', '```\ncode'],
  ['```\na **b', '```\na **b'],
])('waits until it is clear what a line becomes: %j', (text, shown) => expect(settled(text)).toBe(shown));

it('shows a table from its second line on, and only whole rows of it', () => {
  const table = 'So:\n\n| a | b |\n|---|---|\n| 1 | 2 |\n';
  expect(settled('So:\n\n| a | b |\n|--')).toBe('So:\n');
  expect(settled(`${table}| 3`)).toBe(table.trimEnd());
  expect(settled(`${table}\nEnd`)).toBe(`${table}\nEnd`);
});

it('never turns a paragraph into something else and back while it is written', () => {
  const answer = 'The **October** statement\n\n- Revenue: *up*\n- Costs\n\n| a | b |\n|:--|--:|\n| x | 1 |\n\n### Next\nSee [it](https://m.example/a) and `code`.';
  const kinds = (text: string) => lexer(text).map((token) => token.type).filter((type) => type !== 'space');
  const whole = kinds(answer);
  for (let at = 1; at <= answer.length; at += 1) {
    const shown = kinds(settled(answer.slice(0, at)));
    expect(shown).toEqual(whole.slice(0, shown.length));
  }
});
