import { StyleSheet, View } from 'react-native';

import { IconButton } from '@/components/icon-button';
import { Text } from '@/components/text';
import { monthAfter, monthName } from '@/i18n/amounts';
import { useTexts } from '@/i18n/texts';
import { themed, useWide } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

interface MonthSwitchProps {
  /** A month as `2026-11`. */
  period: string;
  /** The newest month there is. */
  last: string;
  onChange: (period: string) => void;
}

/** Goes through the months. */
export function MonthSwitch({ period, last, onChange }: MonthSwitchProps) {
  const styles = useStyles();
  const texts = useTexts();
  const { usage } = texts;
  return (
    <View role="group" aria-label={usage.month} style={[styles.frame, useWide() && styles.beside]}>
      <IconButton icon="chevron-left" label={usage.monthBefore} onPress={() => onChange(monthAfter(period, -1))} />
      <Text size="strong" role="status" style={styles.name}>
        {monthName(period, texts)}
      </Text>
      <IconButton icon="chevron-right" label={usage.monthAfter} disabled={period >= last} onPress={() => onChange(monthAfter(period, 1))} />
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    frame: {
      flexDirection: 'row',
      alignItems: 'center',
      alignSelf: 'flex-start',
      paddingHorizontal: space.xs,
      borderRadius: radius.full,
      borderWidth: 1,
      borderColor: c.line,
      backgroundColor: c.raised,
    },
    beside: { alignSelf: 'center', marginRight: space.s },
    name: { minWidth: 150, textAlign: 'center' },
  }),
);
