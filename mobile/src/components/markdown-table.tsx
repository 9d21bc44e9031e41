import type { Tokens } from 'marked';
import { ScrollView, StyleSheet, View } from 'react-native';

import { themed } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

import { inline } from './markdown-inline';
import { Text } from './text';

const NUMBER = /^[-−+(]?[^\dA-Za-z]{0,3}\d[\d,.\s]*\)?%?$/;

/** A table that scrolls sideways when it is wider than the screen; columns of numbers stand to the right. */
export function MarkdownTable({ table }: { table: Tokens.Table }) {
  const styles = useStyles();
  const columns = table.header.map((head, at) => ({
    head,
    cells: table.rows.map((row) => row[at]),
    right: table.align[at] === 'right' || table.rows.every((row) => NUMBER.test(row[at]?.text.trim() ?? '')),
  }));
  return (
    <ScrollView horizontal style={styles.frame} contentContainerStyle={styles.table} role="table">
      {columns.map(({ head, cells, right }, at) => (
        <View key={at} style={at === 0 && styles.first}>
          <View style={[styles.cell, styles.head]}>
            <Text size="caption" tone="soft" style={[styles.bold, right && styles.right]} numberOfLines={1}>
              {inline(head.tokens)}
            </Text>
          </View>
          {cells.map((cell, row) => (
            <View key={row} style={[styles.cell, row > 0 && styles.line]}>
              <Text size="small" tabular={right} style={right && styles.right} numberOfLines={1} selectable>
                {cell ? inline(cell.tokens) : ''}
              </Text>
            </View>
          ))}
        </View>
      ))}
    </ScrollView>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    frame: { flexGrow: 0, alignSelf: 'flex-start', maxWidth: '100%', borderRadius: radius.m, borderWidth: 1, borderColor: c.line, backgroundColor: c.raised },
    table: { flexDirection: 'row' },
    first: { minWidth: 120 },
    cell: { minHeight: 40, paddingHorizontal: space.l, justifyContent: 'center' },
    head: { backgroundColor: c.sunken, minHeight: 36 },
    line: { borderTopWidth: 1, borderTopColor: c.line },
    bold: { fontWeight: '600' },
    right: { textAlign: 'right' },
  }),
);
