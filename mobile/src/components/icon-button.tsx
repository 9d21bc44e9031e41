import { Pressable, StyleSheet } from 'react-native';

import { themed, type Pressing } from '@/theme/theme';
import { radius, type Palette } from '@/theme/tokens';

import { Icon, type IconName } from './icon';

interface IconButtonProps {
  icon: IconName;
  label: string;
  onPress: () => void;
  filled?: boolean;
  disabled?: boolean;
  size?: number;
}

export function IconButton({ icon, label, onPress, filled, disabled, size = 44 }: IconButtonProps) {
  const styles = useStyles();
  return (
    <Pressable
      role="button"
      aria-label={label}
      disabled={disabled}
      onPress={onPress}
      hitSlop={size < 44 ? (44 - size) / 2 : undefined}
      style={({ hovered, pressed }: Pressing) => [
        styles.base,
        { width: size, height: size },
        filled && styles.filled,
        hovered && !disabled && (filled ? styles.filledHover : styles.hover),
        pressed && styles.pressed,
        disabled && (filled ? styles.filledOff : styles.off),
      ]}
    >
      <Icon name={icon} size={size < 40 ? 17 : 20} tone={filled ? (disabled ? 'faint' : 'onAccent') : 'soft'} />
    </Pressable>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    base: { borderRadius: radius.full, alignItems: 'center', justifyContent: 'center', flexShrink: 0 },
    hover: { backgroundColor: c.hover },
    pressed: { opacity: 0.7 },
    off: { opacity: 0.4 },
    filled: { backgroundColor: c.accent },
    filledHover: { backgroundColor: c.accentHover },
    filledOff: { backgroundColor: c.hover },
  }),
);
