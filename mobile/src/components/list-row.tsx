import type { ReactNode } from 'react';
import { Pressable, StyleSheet, View } from 'react-native';

import { themed, type Pressing } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

import { Text } from './text';

interface ListRowProps {
  label: string;
  title: string;
  detail?: string;
  time?: string;
  start?: ReactNode;
  end?: ReactNode;
  selected?: boolean;
  onPress: () => void;
}

/** One line of a list that leads somewhere. */
export function ListRow({ label, title, detail, time, start, end, selected, onPress }: ListRowProps) {
  const styles = useStyles();
  return (
    <Pressable
      role="link"
      aria-label={label}
      aria-current={selected ? 'page' : undefined}
      onPress={onPress}
      style={({ hovered, pressed }: Pressing) => [styles.row, (hovered || pressed) && styles.hover, selected && styles.selected]}
    >
      {start}
      <View style={styles.words}>
        <View style={styles.line}>
          <Text size="strong" numberOfLines={1} style={styles.grow}>
            {title}
          </Text>
          {time && (
            <Text size="caption" tone="faint" tabular>
              {time}
            </Text>
          )}
        </View>
        {(detail || end) && (
          <View style={styles.line}>
            <Text size="small" tone="soft" numberOfLines={1} style={styles.grow}>
              {detail}
            </Text>
            {end}
          </View>
        )}
      </View>
    </Pressable>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    row: { flexDirection: 'row', alignItems: 'center', gap: space.m, minHeight: 52, paddingHorizontal: space.m, paddingVertical: 10, borderRadius: radius.m },
    hover: { backgroundColor: c.hover },
    selected: { backgroundColor: c.accentWash },
    words: { flex: 1, minWidth: 0, gap: 2 },
    line: { flexDirection: 'row', alignItems: 'center', gap: space.s },
    grow: { flex: 1, minWidth: 0 },
  }),
);
