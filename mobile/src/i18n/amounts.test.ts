import { amount, modelName, monthAfter, monthName, runCost } from './amounts';
import { en } from './en';
import { zh } from './zh';

it.each([
  ['claude-sonnet-5-5', 'Claude Sonnet 5.5'],
  ['claude-opus-5', 'Claude Opus 5'],
  ['kimi-k3', 'Kimi K3'],
  ['kimi-k3.1-pro', 'Kimi K3.1 Pro'],
  ['qwen2.5:7b-instruct', 'qwen2.5:7b-instruct'],
])('calls %s %s', (id, name) => expect(modelName(id, en)).toBe(name));

it('tells small costs of a run exactly enough and never as nothing', () => {
  expect(['0.000000', '0.012345', '0.000010', '2.345678'].map((cost) => runCost(cost, en))).toEqual(['US$0.00', 'US$0.0123', '<US$0.0001', 'US$2.35']);
  expect([0, 4_000, 12_340_000, 1_234_560_000].map((cost) => amount(cost, zh))).toEqual(['US$0.00', '<US$0.01', 'US$12.34', 'US$1,234.56']);
});

it('goes through the months and names them', () => {
  expect([monthAfter('2026-12', 1), monthAfter('2026-01', -1)]).toEqual(['2027-01', '2025-12']);
  expect([monthName('2026-11', en), monthName('2026-11', zh)]).toEqual(['November 2026', '2026年11月']);
});
