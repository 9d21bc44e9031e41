import type { ReactNode } from 'react';
import { StyleSheet, View } from 'react-native';

import { Text } from '@/components/text';
import { themed, useWide } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

interface PanelProps {
  title: string;
  lead?: string;
  /** Beside the title, or below it on a phone. */
  control?: ReactNode;
  children: ReactNode;
}

/** A titled part of a page. */
export function Panel({ title, lead, control, children }: PanelProps) {
  const styles = useStyles();
  const wide = useWide();
  return (
    <View role="region" aria-label={title} style={[styles.panel, wide && styles.roomy]}>
      <View style={wide ? styles.row : styles.stack}>
        <View style={wide && styles.words}>
          <Text size="heading" role="heading" aria-level={2}>
            {title}
          </Text>
          {lead && (
            <Text size="small" tone="soft">
              {lead}
            </Text>
          )}
        </View>
        {control}
      </View>
      {children}
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    panel: { gap: space.l, padding: space.l, borderRadius: radius.l, borderWidth: 1, borderColor: c.line, backgroundColor: c.raised },
    roomy: { padding: space.xl },
    row: { flexDirection: 'row', alignItems: 'center', gap: space.xl },
    stack: { gap: space.m },
    words: { flex: 1, minWidth: 0 },
  }),
);
