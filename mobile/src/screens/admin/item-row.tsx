import type { ReactNode } from 'react';
import { StyleSheet, View } from 'react-native';

import { Text } from '@/components/text';
import { themed } from '@/theme/theme';
import { space, type Palette } from '@/theme/tokens';

interface ItemRowProps {
  title: string;
  detail: string;
  /** What went wrong with it. */
  trouble?: string | null;
  chip: ReactNode;
  /** An icon's button at the end, or nothing in its place. */
  action: ReactNode;
  /** A line below it. */
  ruled?: boolean;
  children?: ReactNode;
}

/** One of a list that an administrator looks through: what, whose and when, how it stands, and what can be done. */
export function ItemRow({ title, detail, trouble, chip, action, ruled, children }: ItemRowProps) {
  const styles = useStyles();
  return (
    <View role="listitem" style={[styles.row, ruled && styles.ruled]}>
      <View style={styles.words}>
        <Text size="strong" numberOfLines={1}>
          {title}
        </Text>
        <Text size="small" tone="soft" numberOfLines={1}>
          {detail}
        </Text>
        {trouble && (
          <Text size="small" tone="danger">
            {trouble}
          </Text>
        )}
      </View>
      {chip}
      <View style={styles.end}>{action}</View>
      {children}
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    row: { flexDirection: 'row', alignItems: 'center', gap: space.m, minHeight: 64, paddingVertical: space.s, paddingHorizontal: space.s },
    ruled: { borderBottomWidth: 1, borderBottomColor: c.line },
    words: { flex: 1, minWidth: 0, gap: 2 },
    end: { width: 40 },
  }),
);
