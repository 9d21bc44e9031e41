import { useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { Segmented } from '@/components/segmented';
import { Empty } from '@/components/states';
import { Text } from '@/components/text';
import { amount, modelName, percent, shortNumber, wholeNumber } from '@/i18n/amounts';
import type { Texts } from '@/i18n/en';
import { useTexts } from '@/i18n/texts';
import type { UsageMonth } from '@/services/types';
import { themed } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

import { FigureTable } from './figure-table';
import { Panel } from './panel';
import { cachedShare, groupings, sumsBy, total, type Grouping } from './sums';

/** One month: its sums and where they come from. */
export function MonthView({ month }: { month: UsageMonth }) {
  const styles = useStyles();
  const texts = useTexts();
  const { usage } = texts;
  const [grouping, setGrouping] = useState<Grouping>('person');

  if (month.items.length === 0) {
    return (
      <View style={styles.empty}>
        <Empty icon="bar-chart-2" title={usage.empty} lead={usage.emptyLead} />
      </View>
    );
  }
  const all = total(month.items);
  const rows = sumsBy(month.items, grouping).map((sum) => ({
    key: sum.of,
    name: nameOf(sum.of, grouping, texts),
    figures: [
      wholeNumber(sum.runs, texts),
      wholeNumber(sum.input, texts),
      percent(cachedShare(sum), texts),
      wholeNumber(sum.output, texts),
      amount(sum.cost, texts),
    ],
    end: amount(sum.cost, texts),
    line: usage.line(wholeNumber(sum.runs, texts), shortNumber(sum.input, texts), percent(cachedShare(sum), texts), shortNumber(sum.output, texts)),
  }));

  return (
    <>
      <View style={styles.tiles}>
        <Tile label={usage.cost} figure={amount(all.cost, texts)} strong />
        <Tile label={usage.runs} figure={wholeNumber(all.runs, texts)} />
        <Tile label={usage.input} figure={shortNumber(all.input, texts)} detail={usage.fromCache(percent(cachedShare(all), texts))} />
        <Tile label={usage.output} figure={shortNumber(all.output, texts)} />
      </View>
      <Panel
        title={usage.byWhom}
        control={
          <Segmented
            label={usage.groupBy}
            value={grouping}
            options={groupings.map((value) => ({ value, label: usage.groupings[value] }))}
            onChange={setGrouping}
          />
        }
      >
        <FigureTable
          label={usage.byWhom}
          head={usage.groupings[grouping]}
          columns={[usage.runs, usage.input, usage.cached, usage.output, usage.cost]}
          rows={rows}
        />
        <Text size="caption" tone="faint">
          {usage.runsLead}
        </Text>
      </Panel>
    </>
  );
}

function nameOf(of: string, grouping: Grouping, texts: Texts): string {
  switch (grouping) {
    case 'person':
      return of;
    case 'department':
      return texts.departments[of] ?? of;
    case 'model':
      return modelName(of, texts);
  }
}

function Tile({ label, figure, detail, strong }: { label: string; figure: string; detail?: string; strong?: boolean }) {
  const styles = useStyles();
  return (
    <View role="group" aria-label={`${label}: ${figure}`} style={[styles.tile, strong && styles.strong]}>
      <Text size="small" tone={strong ? 'accentText' : 'soft'} numberOfLines={1}>
        {label}
      </Text>
      <Text size="title" tone={strong ? 'accentText' : 'text'} tabular numberOfLines={1}>
        {figure}
      </Text>
      {detail && (
        <Text size="caption" tone="faint" numberOfLines={1}>
          {detail}
        </Text>
      )}
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    empty: { paddingVertical: space.xl },
    tiles: { flexDirection: 'row', flexWrap: 'wrap', gap: space.m },
    tile: { flexGrow: 1, flexBasis: 150, minWidth: 150, minHeight: 104, padding: space.l, gap: 2, borderRadius: radius.l, borderWidth: 1, borderColor: c.line, backgroundColor: c.raised },
    strong: { backgroundColor: c.accentWash, borderColor: 'transparent' },
  }),
);
