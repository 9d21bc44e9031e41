import { ActivityIndicator } from 'react-native';

import { usePalette, useReducedMotion } from '@/theme/theme';

import { Icon } from './icon';
import type { Tone } from './text';

/** Says that something is under way; a still picture for those who want no motion. */
export function Spinner({ size = 18, tone = 'accentText' }: { size?: number; tone?: Tone }) {
  const palette = usePalette();
  if (useReducedMotion()) return <Icon name="more-horizontal" size={size} tone={tone} />;
  return <ActivityIndicator size={size} color={palette[tone]} aria-hidden />;
}
