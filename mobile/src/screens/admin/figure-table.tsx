import { StyleSheet, View } from 'react-native';

import { Text } from '@/components/text';
import { themed, useWide } from '@/theme/theme';
import { space, type Palette } from '@/theme/tokens';

export interface FigureRow {
  key: string;
  name: string;
  /** One for each column. */
  figures: string[];
  /** The figures in words, for a phone; `end` stands beside the name and not in the line. */
  line: string;
  end?: string;
}

interface FigureTableProps {
  label: string;
  /** What the rows are. */
  head: string;
  columns: string[];
  rows: FigureRow[];
}

/** Figures under each other; on a phone each row is a name with what counts most, and the others in a line below. */
export function FigureTable({ label, head, columns, rows }: FigureTableProps) {
  const styles = useStyles();
  if (!useWide()) {
    return (
      <View role="list" aria-label={label}>
        {rows.map(({ key, name, line, end }, at) => (
          <View key={key} role="listitem" style={[styles.entry, at > 0 && styles.rule]}>
            <View style={styles.line}>
              <Text size="strong" numberOfLines={1} style={styles.name}>
                {name}
              </Text>
              {end && (
                <Text size="strong" tabular>
                  {end}
                </Text>
              )}
            </View>
            <Text size="caption" tone="soft" tabular>
              {line}
            </Text>
          </View>
        ))}
      </View>
    );
  }
  return (
    <View role="table" aria-label={label}>
      <View role="row" style={[styles.row, styles.head]}>
        <Text size="caption" tone="soft" role="columnheader" style={styles.name}>
          {head}
        </Text>
        {columns.map((column) => (
          <Text key={column} size="caption" tone="soft" role="columnheader" style={styles.figure} numberOfLines={1}>
            {column}
          </Text>
        ))}
      </View>
      {rows.map(({ key, name, figures, end }) => (
        <View key={key} role="row" style={[styles.row, styles.rule]}>
          <Text size="label" role="rowheader" numberOfLines={1} style={styles.name} selectable>
            {name}
          </Text>
          {figures.map((figure, at) => (
            <Text key={at} size={end && at === figures.length - 1 ? 'strong' : 'small'} tabular role="cell" style={styles.figure} numberOfLines={1}>
              {figure}
            </Text>
          ))}
        </View>
      ))}
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    row: { flexDirection: 'row', alignItems: 'center', gap: space.l, minHeight: 44 },
    head: { minHeight: 32 },
    rule: { borderTopWidth: 1, borderTopColor: c.line },
    name: { flexGrow: 3, flexShrink: 1, flexBasis: 0, minWidth: 0 },
    figure: { flexGrow: 1, flexShrink: 1, flexBasis: 0, minWidth: 0, textAlign: 'right' },
    entry: { gap: 2, paddingVertical: 10 },
    line: { flexDirection: 'row', alignItems: 'center', gap: space.m },
  }),
);
