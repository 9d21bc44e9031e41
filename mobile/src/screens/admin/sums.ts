import { millionths } from '@/i18n/amounts';
import type { UsageItem } from '@/services/types';

export const groupings = ['person', 'department', 'model'] as const;
export type Grouping = (typeof groupings)[number];

/** What several items of usage are together. */
export interface Sum {
  /** A person's address, a department's code or a model. */
  of: string;
  runs: number;
  input: number;
  cached: number;
  output: number;
  /** Millionths of a US dollar. */
  cost: number;
}

function plus(sum: Sum, item: UsageItem): Sum {
  return {
    of: sum.of,
    runs: sum.runs + item.runs,
    input: sum.input + item.input_tokens,
    cached: sum.cached + item.cached_tokens,
    output: sum.output + item.output_tokens,
    cost: sum.cost + millionths(item.cost),
  };
}

const none = (of: string): Sum => ({ of, runs: 0, input: 0, cached: 0, output: 0, cost: 0 });

export const total = (items: UsageItem[]): Sum => items.reduce(plus, none(''));

/** A sum for each person, department or model; the most expensive first. */
export function sumsBy(items: UsageItem[], grouping: Grouping): Sum[] {
  const sums = new Map<string, Sum>();
  for (const item of items) {
    const of = item[grouping];
    sums.set(of, plus(sums.get(of) ?? none(of), item));
  }
  return [...sums.values()].sort((a, b) => b.cost - a.cost || a.of.localeCompare(b.of));
}

/** Input that was read from a cache, of all input. */
export const cachedShare = ({ input, cached }: Sum): number => (input > 0 ? cached / input : 0);
