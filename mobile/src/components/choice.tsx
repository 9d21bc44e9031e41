import { Pressable, StyleSheet, View } from 'react-native';

import { themed, type Pressing } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

import { Text } from './text';

interface ChoiceProps<T extends string | number> {
  label: string;
  options: readonly { value: T; label: string; /** Said in full to a reader of the screen. */ spoken?: string }[];
  value: T;
  onChange: (value: T) => void;
  /** All on one line, equally wide. */
  even?: boolean;
  /** What the chosen one means. */
  hint?: string;
}

/** One of several, under a label, on as many lines as they take. */
export function Choice<T extends string | number>({ label, options, value, onChange, even, hint }: ChoiceProps<T>) {
  const styles = useStyles();
  return (
    <View style={styles.choice}>
      <Text size="label" aria-hidden>
        {label}
      </Text>
      <View role="radiogroup" aria-label={label} style={[styles.options, even && styles.line]}>
        {options.map((option) => {
          const chosen = option.value === value;
          return (
            <Pressable
              key={option.value}
              role="radio"
              aria-checked={chosen}
              aria-label={option.spoken ?? option.label}
              onPress={() => onChange(option.value)}
              style={({ hovered }: Pressing) => [styles.option, even && styles.equal, hovered && styles.hover, chosen && styles.chosen]}
            >
              <Text size="label" tone={chosen ? 'accentText' : 'soft'} numberOfLines={even ? 1 : undefined}>
                {option.label}
              </Text>
            </Pressable>
          );
        })}
      </View>
      {hint && (
        <Text size="small" tone="faint">
          {hint}
        </Text>
      )}
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    choice: { gap: 6 },
    options: { flexDirection: 'row', flexWrap: 'wrap', gap: space.s },
    line: { flexWrap: 'nowrap', gap: space.xs },
    equal: { flex: 1, minWidth: 0, paddingHorizontal: 0 },
    option: {
      minHeight: 44,
      minWidth: 44,
      paddingHorizontal: 14,
      alignItems: 'center',
      justifyContent: 'center',
      borderRadius: radius.full,
      borderWidth: 1,
      borderColor: c.edge,
      backgroundColor: c.raised,
    },
    hover: { backgroundColor: c.hover },
    chosen: { backgroundColor: c.accentWash, borderColor: c.accent },
  }),
);
