import { StyleSheet, View } from 'react-native';

import { themed } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

import { Icon, type IconName } from './icon';
import { Text } from './text';

export type ChipTone = 'good' | 'danger' | 'coral' | 'accent' | 'plain';

const words = { good: 'good', danger: 'danger', coral: 'coralText', accent: 'accentText', plain: 'soft' } as const;

export function Chip({ label, tone = 'plain', icon }: { label: string; tone?: ChipTone; icon?: IconName }) {
  const styles = useStyles();
  return (
    <View style={[styles.chip, styles[tone]]}>
      {icon && <Icon name={icon} size={13} tone={words[tone]} />}
      <Text size="caption" tone={words[tone]} numberOfLines={1} style={styles.words}>
        {label}
      </Text>
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    chip: { flexDirection: 'row', alignItems: 'center', gap: 5, paddingHorizontal: space.s + 1, minHeight: 24, borderRadius: radius.full, flexShrink: 0 },
    words: { fontWeight: '600' },
    good: { backgroundColor: c.goodWash },
    danger: { backgroundColor: c.dangerWash },
    coral: { backgroundColor: c.coralWash },
    accent: { backgroundColor: c.accentWash },
    plain: { backgroundColor: c.hover },
  }),
);
