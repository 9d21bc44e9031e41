import { StyleSheet, Text as NativeText, type TextProps as NativeTextProps } from 'react-native';

import { mono, sans } from '@/theme/fonts';
import { themed } from '@/theme/theme';
import { type as sizes, type Palette } from '@/theme/tokens';

export type Tone = 'text' | 'soft' | 'faint' | 'accentText' | 'coralText' | 'danger' | 'good' | 'onAccent';

export interface TextProps extends NativeTextProps {
  size?: keyof typeof sizes;
  tone?: Tone;
  /** For digits under each other. */
  tabular?: boolean;
  code?: boolean;
}

export function Text({ size = 'body', tone = 'text', tabular, code, style, ...rest }: TextProps) {
  const styles = useStyles();
  return (
    <NativeText
      {...rest}
      style={[styles.base, sizes[size], styles[tone], tabular && styles.tabular, code && styles.code, style]}
    />
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    base: { fontFamily: sans },
    code: { fontFamily: mono },
    tabular: { fontVariant: ['tabular-nums'] },
    text: { color: c.text },
    soft: { color: c.soft },
    faint: { color: c.faint },
    accentText: { color: c.accentText },
    coralText: { color: c.coralText },
    danger: { color: c.danger },
    good: { color: c.good },
    onAccent: { color: c.onAccent },
  }),
);
