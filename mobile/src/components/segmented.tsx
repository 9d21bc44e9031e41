import { Pressable, StyleSheet, View } from 'react-native';

import { themed, type Pressing } from '@/theme/theme';
import { radius, type Palette } from '@/theme/tokens';

import { Text } from './text';

interface SegmentedProps<T extends string> {
  label: string;
  options: readonly { value: T; label: string }[];
  value: T;
  onChange: (value: T) => void;
}

/** One of a few. */
export function Segmented<T extends string>({ label, options, value, onChange }: SegmentedProps<T>) {
  const styles = useStyles();
  return (
    <View role="radiogroup" aria-label={label} style={styles.track}>
      {options.map((option) => {
        const chosen = option.value === value;
        return (
          <Pressable
            key={option.value}
            role="radio"
            aria-checked={chosen}
            aria-label={option.label}
            onPress={() => onChange(option.value)}
            style={({ hovered }: Pressing) => [styles.option, hovered && !chosen && styles.hover, chosen && styles.chosen]}
          >
            <Text size={chosen ? 'strong' : 'label'} tone={chosen ? 'text' : 'soft'} numberOfLines={1}>
              {option.label}
            </Text>
          </Pressable>
        );
      })}
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    track: { flexDirection: 'row', flexWrap: 'wrap', padding: 3, gap: 2, borderRadius: radius.m, backgroundColor: c.sunken, borderWidth: 1, borderColor: c.line },
    option: { flexGrow: 1, minHeight: 38, paddingHorizontal: 14, borderRadius: 9, alignItems: 'center', justifyContent: 'center' },
    hover: { backgroundColor: c.hover },
    chosen: { backgroundColor: c.raised, boxShadow: c.dark ? `0 0 0 1px ${c.edge}` : '0 1px 3px rgba(21, 33, 31, 0.14)' },
  }),
);
