import type { Texts } from './en';

const PLANNER = 'planner';

/** A model's name as people write it: `claude-sonnet-5-5` is Claude Sonnet 5.5. Other servers' names stay as they are. */
export function modelName(id: string, { usage }: Texts): string {
  if (id === PLANNER) return usage.planner;
  if (!/^(?:claude|kimi)-/.test(id)) return id;
  const joined = id.replace(/-(\d+)-(\d+)(?=-|$)/, '-$1.$2');
  return joined
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}

export const isPlanner = (id: string): boolean => id === PLANNER;

export function wholeNumber(n: number, { locale }: Texts): string {
  return n.toLocaleString(locale, { maximumFractionDigits: 0 });
}

/** A large number in short: 1.2M, or 120万. */
export function shortNumber(n: number, { locale }: Texts): string {
  return n.toLocaleString(locale, { notation: 'compact', maximumSignificantDigits: 3 });
}

export function percent(share: number, { locale }: Texts): string {
  return share.toLocaleString(locale, { style: 'percent', maximumFractionDigits: 0 });
}

/** Decimal US dollars as whole millionths, which add up exactly. */
export const millionths = (dollars: string): number => Math.round(Number(dollars) * 1_000_000);

function dollars(millionth: number, digits: number, { locale }: Texts): string {
  const amount = millionth / 1_000_000;
  return `US$${amount.toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

/** An amount in a list or sum, in cents; what is less than one and not nothing says so. */
export function amount(millionth: number, texts: Texts): string {
  return millionth > 0 && millionth < 5_000 ? `<${dollars(10_000, 2, texts)}` : dollars(millionth, 2, texts);
}

/** What one run cost: small amounts are told to the hundredth of a cent. */
export function runCost(cost: string, texts: Texts): string {
  const millionth = millionths(cost);
  if (millionth === 0 || millionth >= 1_000_000) return dollars(millionth, 2, texts);
  return millionth < 50 ? `<${dollars(100, 4, texts)}` : dollars(millionth, 4, texts);
}

/** A month, `2026-11`, in words. */
export function monthName(period: string, { locale }: Texts): string {
  return new Date(`${period}-15T12:00:00Z`).toLocaleDateString(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' });
}

/** The month so many months after `period`. */
export function monthAfter(period: string, months: number): string {
  const date = new Date(`${period}-15T12:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() + months);
  return date.toISOString().slice(0, 7);
}
