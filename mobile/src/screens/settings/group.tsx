import type { ReactNode } from 'react';
import { StyleSheet, View } from 'react-native';

import { Text } from '@/components/text';
import { themed, useWide } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

interface GroupProps {
  title: string;
  lead?: string;
  /** Puts the control beside the words. */
  side?: boolean;
  children: ReactNode;
}

/** One matter of the settings. */
export function Group({ title, lead, side, children }: GroupProps) {
  const styles = useStyles();
  return (
    <View role="region" aria-label={title} style={[styles.group, useWide() && styles.roomy, side && styles.side]}>
      <View style={[styles.words, side && styles.grow]}>
        <Text size="heading" role="heading" aria-level={2}>
          {title}
        </Text>
        {lead && (
          <Text size="small" tone="soft">
            {lead}
          </Text>
        )}
      </View>
      <View style={side && styles.control}>{children}</View>
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    group: { gap: space.m, padding: space.l, borderRadius: radius.l, borderWidth: 1, borderColor: c.line, backgroundColor: c.raised },
    roomy: { padding: space.xl },
    side: { flexDirection: 'row', alignItems: 'center', gap: space.xl },
    grow: { flex: 1 },
    words: { gap: 2 },
    control: { minWidth: 280, gap: space.s },
  }),
);
