import { useState, type ReactNode, type Ref } from 'react';
import { StyleSheet, TextInput, View, type TextInputProps } from 'react-native';

import { sans } from '@/theme/fonts';
import { themed, usePalette } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

import { FormError } from './form-error';
import { Text } from './text';

interface FieldProps extends Omit<TextInputProps, 'style'> {
  label: string;
  error?: string | null;
  hint?: string;
  /** The label is told to a reader of the screen and shown inside while nothing is typed. */
  plain?: boolean;
  /** Shown inside, at the end. */
  end?: ReactNode;
  ref?: Ref<TextInput>;
}

/** A labelled line of text with its error. */
export function Field({ label, error, hint, plain = false, end, ref, ...input }: FieldProps) {
  const styles = useStyles();
  const palette = usePalette();
  const [focused, setFocused] = useState(false);
  return (
    <View style={styles.field}>
      {plain ? null : (
        <Text size="label" aria-hidden>
          {label}
        </Text>
      )}
      <View style={[styles.box, focused && styles.focused, error ? styles.wrong : null]}>
        <TextInput
          {...input}
          ref={ref}
          aria-label={label}
          placeholder={plain ? label : input.placeholder}
          onFocus={() => setFocused(true)}
          onBlur={() => setFocused(false)}
          placeholderTextColor={palette.faint}
          selectionColor={palette.accent}
          style={[styles.input, input.multiline && [styles.lines, { minHeight: 26 + 24 * (input.numberOfLines ?? 1) }]]}
        />
        {end}
      </View>
      {error ? (
        <FormError text={error} />
      ) : hint ? (
        <Text size="small" tone="faint">
          {hint}
        </Text>
      ) : null}
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    field: { gap: 6 },
    box: {
      flexDirection: 'row',
      alignItems: 'center',
      minHeight: 50,
      paddingRight: 4,
      borderRadius: radius.m,
      borderWidth: 1,
      borderColor: c.edge,
      backgroundColor: c.raised,
    },
    focused: { borderColor: c.accent, boxShadow: `0 0 0 3px ${c.accentWash}` },
    wrong: { borderColor: c.danger },
    input: { flex: 1, minWidth: 0, minHeight: 48, paddingHorizontal: 14, fontSize: 16, fontFamily: sans, color: c.text },
    lines: { paddingVertical: 12, lineHeight: 24, textAlignVertical: 'top' },
  }),
);
