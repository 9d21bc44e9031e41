import type { UsageItem } from '@/services/types';

import { cachedShare, sumsBy, total } from './sums';

const item = (person: string, department: UsageItem['department'], model: string, cost: string): UsageItem => ({
  person, department, model, runs: 2, input_tokens: 100, cached_tokens: 25, output_tokens: 10, cost,
});
const items = [
  item('ana@m.example', 'sales', 'kimi-k3', '0.100001'),
  item('ana@m.example', 'sales', 'claude-sonnet-5-5', '0.200002'),
  item('ben@m.example', 'finance', 'claude-sonnet-5-5', '0.300004'),
];

it('adds up by person, department and model, the most expensive first, exact to the millionth', () => {
  const costs = (by: 'person' | 'department' | 'model') => sumsBy(items, by).map(({ of, cost }) => [of, cost]);
  expect(costs('person')).toEqual([['ana@m.example', 300_003], ['ben@m.example', 300_004]].reverse());
  expect(costs('department')).toEqual([['finance', 300_004], ['sales', 300_003]]);
  expect(costs('model')).toEqual([['claude-sonnet-5-5', 500_006], ['kimi-k3', 100_001]]);
  expect(total(items)).toMatchObject({ runs: 6, input: 300, cached: 75, output: 30, cost: 600_007 });
});

it('knows the share of cached input, also of nothing', () => {
  expect(cachedShare(total(items))).toBe(0.25);
  expect(cachedShare(total([]))).toBe(0);
});
