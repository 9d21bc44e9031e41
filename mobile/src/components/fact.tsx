import type { ReactNode } from 'react';
import { StyleSheet, View } from 'react-native';

import { space } from '@/theme/tokens';

import { Text } from './text';

/** A name and what it stands for, in a line. */
export function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <View style={styles.fact}>
      <Text size="small" tone="faint" style={styles.name}>
        {label}
      </Text>
      <View style={styles.grow}>{children}</View>
    </View>
  );
}

const styles = StyleSheet.create({
  fact: { flexDirection: 'row', alignItems: 'center', gap: space.m, minHeight: 26 },
  name: { width: 84 },
  grow: { flex: 1, minWidth: 0 },
});
