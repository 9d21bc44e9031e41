import type { ReactNode } from 'react';
import { StyleSheet, View } from 'react-native';

import { Card, CardTitle } from '@/components/card';
import { useWide } from '@/theme/theme';
import { space } from '@/theme/tokens';

interface PanelProps {
  title: string;
  lead?: string;
  /** Beside the title, or below it on a phone. */
  control?: ReactNode;
  children: ReactNode;
}

/** A titled part of a page. */
export function Panel({ title, lead, control, children }: PanelProps) {
  const wide = useWide();
  return (
    <Card label={title} style={styles.panel}>
      <View style={wide ? styles.row : styles.stack}>
        <CardTitle title={title} lead={lead} style={wide && styles.words} />
        {control}
      </View>
      {children}
    </Card>
  );
}

const styles = StyleSheet.create({
  panel: { gap: space.l },
  row: { flexDirection: 'row', alignItems: 'center', gap: space.xl },
  stack: { gap: space.m },
  words: { flex: 1, minWidth: 0 },
});
