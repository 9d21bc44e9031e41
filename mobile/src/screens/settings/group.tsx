import type { ReactNode } from 'react';
import { StyleSheet, View } from 'react-native';

import { Card, CardTitle } from '@/components/card';
import { space } from '@/theme/tokens';

interface GroupProps {
  title: string;
  lead?: string;
  /** Puts the control beside the words. */
  side?: boolean;
  children: ReactNode;
}

/** One matter of the settings. */
export function Group({ title, lead, side, children }: GroupProps) {
  return (
    <Card label={title} style={side && styles.side}>
      <CardTitle title={title} lead={lead} style={[styles.words, side && styles.grow]} />
      <View style={side && styles.control}>{children}</View>
    </Card>
  );
}

const styles = StyleSheet.create({
  side: { flexDirection: 'row', alignItems: 'center', gap: space.xl },
  grow: { flex: 1 },
  words: { gap: 2 },
  control: { minWidth: 280, gap: space.s },
});
