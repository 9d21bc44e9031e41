import { Pressable, StyleSheet, View } from 'react-native';

import { themed, type Pressing } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

import { Text } from './text';

interface SwitchProps {
  label: string;
  /** What it is for, where the label does not say all. */
  hint?: string;
  on: boolean;
  disabled?: boolean;
  onChange: (on: boolean) => void;
}

/** Something that is on or off, on a line with its words. */
export function Switch({ label, hint, on, disabled, onChange }: SwitchProps) {
  const styles = useStyles();
  return (
    <Pressable
      role="switch"
      aria-checked={on}
      aria-label={label}
      aria-disabled={disabled}
      disabled={disabled}
      onPress={() => onChange(!on)}
      style={({ hovered }: Pressing) => [styles.line, hovered && styles.hover]}
    >
      <View style={styles.words}>
        <Text size="label">{label}</Text>
        {hint && (
          <Text size="small" tone="faint">
            {hint}
          </Text>
        )}
      </View>
      <View style={[styles.track, on && styles.on, disabled && styles.off]}>
        <View style={[styles.knob, on && styles.moved]} />
      </View>
    </Pressable>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    line: { flexDirection: 'row', alignItems: 'center', gap: space.m, minHeight: 44, paddingVertical: space.xs, borderRadius: radius.m },
    hover: { backgroundColor: c.hover },
    words: { flex: 1, minWidth: 0 },
    track: { width: 48, height: 28, padding: 3, borderRadius: radius.full, backgroundColor: c.faint },
    on: { backgroundColor: c.accent },
    off: { opacity: 0.5 },
    knob: { width: 22, height: 22, borderRadius: radius.full, backgroundColor: c.raised },
    moved: { marginLeft: 20 },
  }),
);
