import Feather from '@expo/vector-icons/Feather';
import type { ComponentProps } from 'react';

import { usePalette } from '@/theme/theme';

import type { Tone } from './text';

export type IconName = ComponentProps<typeof Feather>['name'];

/** A drawing beside words; never the only carrier of a meaning. */
export function Icon({ name, size = 20, tone = 'text' }: { name: IconName; size?: number; tone?: Tone }) {
  const palette = usePalette();
  return <Feather name={name} size={size} color={palette[tone]} aria-hidden />;
}
