import type { ReactNode } from 'react';
import { StyleSheet, View, type StyleProp, type ViewStyle } from 'react-native';

import { themed, useWide } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

import { Text } from './text';

interface CardProps {
  label: string;
  role?: 'region' | 'article';
  style?: StyleProp<ViewStyle>;
  children: ReactNode;
}

/** The frame around one matter of a page. */
export function Card({ label, role = 'region', style, children }: CardProps) {
  const styles = useStyles();
  return (
    <View role={role} aria-label={label} style={[styles.card, useWide() && styles.roomy, style]}>
      {children}
    </View>
  );
}

/** What a card is about. */
export function CardTitle({ title, lead, style }: { title: string; lead?: string; style?: StyleProp<ViewStyle> }) {
  return (
    <View style={style}>
      <Text size="heading" role="heading" aria-level={2}>
        {title}
      </Text>
      {lead && (
        <Text size="small" tone="soft">
          {lead}
        </Text>
      )}
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    card: { gap: space.m, padding: space.l, borderRadius: radius.l, borderWidth: 1, borderColor: c.line, backgroundColor: c.raised },
    roomy: { padding: space.xl },
  }),
);
