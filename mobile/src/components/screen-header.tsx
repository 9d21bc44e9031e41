import type { ReactNode } from 'react';
import { StyleSheet, View } from 'react-native';

import { useTexts } from '@/i18n/texts';
import { themed } from '@/theme/theme';
import { space, type Palette } from '@/theme/tokens';

import { IconButton } from './icon-button';
import { Text } from './text';

interface ScreenHeaderProps {
  title: string;
  /** Under the title. */
  detail?: string;
  onBack?: () => void;
  /** A page of its own, with the large title; else a bar over content. */
  large?: boolean;
  children?: ReactNode;
}

export function ScreenHeader({ title, detail, onBack, large, children }: ScreenHeaderProps) {
  const styles = useStyles();
  const { actions } = useTexts();
  return (
    <View role="banner" style={[styles.bar, large ? styles.large : styles.edge]}>
      {onBack && <IconButton icon="chevron-left" label={actions.back} onPress={onBack} />}
      <View style={[styles.words, !onBack && styles.inset]}>
        <Text size={large ? 'title' : 'heading'} role="heading" aria-level={1} numberOfLines={1}>
          {title}
        </Text>
        {detail && (
          <Text size="caption" tone="faint" numberOfLines={1}>
            {detail}
          </Text>
        )}
      </View>
      {children}
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    bar: { flexDirection: 'row', alignItems: 'center', minHeight: 64, paddingHorizontal: space.s, gap: space.xs, flexShrink: 0 },
    large: { minHeight: 72 },
    edge: { borderBottomWidth: 1, borderBottomColor: c.line },
    words: { flex: 1, minWidth: 0 },
    inset: { paddingLeft: space.l - 2 },
  }),
);
