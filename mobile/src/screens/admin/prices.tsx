import { modelName, shortNumber } from '@/i18n/amounts';
import { useTexts } from '@/i18n/texts';
import type { Rates, UsageMonth } from '@/services/types';

import { FigureTable } from './figure-table';
import { Panel } from './panel';

/** What the models cost, as configured; the price of long prompts on a line of its own. */
export function Prices({ prices }: { prices: UsageMonth['prices'] }) {
  const texts = useTexts();
  const { usage } = texts;
  const columns = [usage.priceInput, usage.priceOutput, usage.priceRead, usage.priceShort, usage.priceLong];
  const row = (name: string, { input, output, cache_read, cache_write_5m, cache_write_1h }: Rates) => {
    const figures = [input, output, cache_read, cache_write_5m, cache_write_1h];
    const told = columns.map((column, at) => `${column} ${figures[at]}`);
    return { key: name, name, figures, line: told.join(' · ') };
  };
  const rows = Object.entries(prices).flatMap(([model, price]) => {
    const name = modelName(model, texts);
    const long = price.long_prompt;
    return [row(name, price), ...(long ? [row(usage.longPrompt(name, shortNumber(long.above, texts)), long)] : [])];
  });
  return (
    <Panel title={usage.prices} lead={usage.pricesLead}>
      <FigureTable label={usage.prices} head={usage.groupings.model} columns={columns} rows={rows} />
    </Panel>
  );
}
