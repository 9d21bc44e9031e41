import type { ReactNode } from 'react';
import { ScrollView, StyleSheet, View } from 'react-native';

import { themed } from '@/theme/theme';
import { space, type Palette } from '@/theme/tokens';

interface ScrollPageProps {
  title: string;
  /** How wide its one column grows. */
  maxWidth: number;
  gap?: number;
  children: ReactNode;
}

/** A page that scrolls as a whole. */
export function ScrollPage({ title, maxWidth, gap, children }: ScrollPageProps) {
  const styles = useStyles();
  return (
    <ScrollView role="main" aria-label={title} style={styles.screen} contentContainerStyle={styles.content} keyboardShouldPersistTaps="handled" automaticallyAdjustKeyboardInsets>
      <View style={[styles.column, { maxWidth, gap }]}>{children}</View>
    </ScrollView>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    screen: { flex: 1, backgroundColor: c.page },
    content: { flexGrow: 1, alignItems: 'center', paddingHorizontal: space.l, paddingBottom: space.xxxl },
    column: { flexGrow: 1, width: '100%' },
  }),
);
