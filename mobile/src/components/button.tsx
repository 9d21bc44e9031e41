import { Pressable, StyleSheet } from 'react-native';

import { themed, type Pressing } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

import { Icon, type IconName } from './icon';
import { Spinner } from './spinner';
import { Text, type Tone } from './text';

interface ButtonProps {
  label: string;
  onPress: () => void;
  kind?: 'primary' | 'secondary' | 'quiet' | 'danger';
  icon?: IconName;
  busy?: boolean;
  disabled?: boolean;
  wide?: boolean;
}

const tones = { primary: 'onAccent', secondary: 'text', quiet: 'accentText', danger: 'danger' } as const satisfies Record<string, Tone>;

export function Button({ label, onPress, kind = 'secondary', icon, busy, disabled, wide }: ButtonProps) {
  const styles = useStyles();
  const off = disabled || busy;
  return (
    <Pressable
      role="button"
      aria-label={label}
      aria-busy={busy}
      disabled={off}
      onPress={onPress}
      style={({ hovered, pressed }: Pressing) => [
        styles.base,
        styles[kind],
        hovered && !off && styles[`${kind}Hover`],
        pressed && styles.pressed,
        disabled && styles.disabled,
        wide && styles.wide,
      ]}
    >
      {busy ? <Spinner tone={tones[kind]} /> : icon && <Icon name={icon} size={17} tone={tones[kind]} />}
      <Text size="strong" tone={tones[kind]} numberOfLines={2} style={styles.words}>
        {label}
      </Text>
    </Pressable>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    base: {
      minHeight: 44,
      maxWidth: '100%',
      paddingVertical: space.s,
      paddingHorizontal: space.l,
      borderRadius: radius.m,
      flexDirection: 'row',
      alignItems: 'center',
      justifyContent: 'center',
      gap: space.s,
      borderWidth: 1,
      borderColor: 'transparent',
    },
    words: { flexShrink: 1 },
    primary: { backgroundColor: c.accent },
    primaryHover: { backgroundColor: c.accentHover },
    secondary: { backgroundColor: c.raised, borderColor: c.edge },
    secondaryHover: { backgroundColor: c.hover },
    quiet: {},
    quietHover: { backgroundColor: c.accentWash },
    danger: { borderColor: c.edge, backgroundColor: c.raised },
    dangerHover: { backgroundColor: c.dangerWash, borderColor: c.danger },
    pressed: { opacity: 0.8 },
    disabled: { opacity: 0.5 },
    wide: { alignSelf: 'stretch', minHeight: 50 },
  }),
);
