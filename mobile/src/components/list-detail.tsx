import type { ReactNode } from 'react';
import { StyleSheet, View } from 'react-native';

import { themed, useWide } from '@/theme/theme';
import { width, type Palette } from '@/theme/tokens';

/** A list beside what was chosen from it; on a phone only the latter, where the list is a page of its own. */
export function ListDetail({ list, children }: { list: ReactNode; children: ReactNode }) {
  const styles = useStyles();
  return (
    <View style={styles.both}>
      {useWide() && <View style={styles.list}>{list}</View>}
      <View style={styles.detail}>{children}</View>
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    both: { flex: 1, flexDirection: 'row' },
    list: { width: width.list, borderRightWidth: 1, borderRightColor: c.line, backgroundColor: c.page },
    detail: { flex: 1, minWidth: 0, backgroundColor: c.page },
  }),
);
