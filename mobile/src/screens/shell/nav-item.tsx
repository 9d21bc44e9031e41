import type { TabTriggerSlotProps } from 'expo-router/ui';
import { Pressable, StyleSheet, View } from 'react-native';

import { Icon, type IconName } from '@/components/icon';
import { Text } from '@/components/text';
import { themed, type Pressing } from '@/theme/theme';
import { radius, type Palette } from '@/theme/tokens';

interface NavItemProps extends TabTriggerSlotProps {
  icon: IconName;
  label: string;
  wide: boolean;
  /** How many things wait there. */
  waiting?: number;
}

/** One place of the app: in the rail on a wide screen, in the bar at the bottom on a phone. */
export function NavItem({ icon, label, wide, waiting = 0, isFocused, href, onPress, onLongPress, ref }: NavItemProps) {
  const styles = useStyles();
  const tone = isFocused ? 'accentText' : 'soft';
  return (
    <Pressable
      ref={ref}
      {...{ href }}
      role="link"
      aria-label={waiting > 0 ? `${label}, ${waiting}` : label}
      aria-current={isFocused ? 'page' : undefined}
      onPress={onPress}
      onLongPress={onLongPress}
      style={wide ? styles.railItem : styles.barItem}
    >
      {({ hovered }: Pressing) => (
        <>
          <View style={[styles.tile, hovered && styles.hover, isFocused && styles.here]}>
            <Icon name={icon} size={21} tone={tone} />
            {waiting > 0 && (
              <View style={styles.badge}>
                <Text size="caption" tone="onAccent" style={styles.number}>
                  {waiting > 99 ? '99+' : waiting}
                </Text>
              </View>
            )}
          </View>
          <Text size="caption" tone={tone} style={[styles.label, isFocused && styles.labelHere]} numberOfLines={1}>
            {label}
          </Text>
        </>
      )}
    </Pressable>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    railItem: { alignItems: 'center', gap: 2, paddingVertical: 6, borderRadius: radius.m },
    // As wide as its words need: seven of them have to fit a phone.
    barItem: { flexGrow: 1, flexShrink: 1, flexBasis: 'auto', minWidth: 0, alignItems: 'center', justifyContent: 'center', gap: 1, minHeight: 58, paddingTop: 4 },
    tile: { width: '100%', minWidth: 44, maxWidth: 56, height: 32, borderRadius: radius.full, alignItems: 'center', justifyContent: 'center' },
    hover: { backgroundColor: c.hover },
    here: { backgroundColor: c.accentWash },
    badge: { position: 'absolute', top: 1, right: 6, minWidth: 18, height: 18, paddingHorizontal: 5, borderRadius: radius.full, alignItems: 'center', justifyContent: 'center', backgroundColor: c.accent },
    number: { fontSize: 11, lineHeight: 14, fontWeight: '700' },
    label: { fontSize: 12, lineHeight: 16 },
    labelHere: { fontWeight: '600' },
  }),
);
