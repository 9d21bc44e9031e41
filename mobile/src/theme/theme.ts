import { useEffect, useState } from 'react';
import { AccessibilityInfo, useColorScheme, useWindowDimensions, type PressableStateCallbackType } from 'react-native';

import { usePreferences } from '@/stores/preferences';

import { dark, light, width, type Palette } from './tokens';

/** What a pressable knows of itself; `hovered` only where there is a pointer. */
export type Pressing = PressableStateCallbackType & { hovered?: boolean };

/** The colours in force: the person's choice, else the system's. */
export function usePalette(): Palette {
  const chosen = usePreferences((s) => s.appearance);
  const system = useColorScheme();
  return (chosen === 'system' ? system : chosen) === 'dark' ? dark : light;
}

/** Turns a function of the palette into a hook that builds its styles once for each appearance. */
export function themed<Styles>(make: (palette: Palette) => Styles): () => Styles {
  const made = new Map<Palette, Styles>();
  return function useStyles() {
    const palette = usePalette();
    const known = made.get(palette);
    if (known) return known;
    const styles = make(palette);
    made.set(palette, styles);
    return styles;
  };
}

/** Whether there is room for a list beside its content. */
export function useWide(): boolean {
  return useWindowDimensions().width >= width.wide;
}

/** Whether the person wants no motion. */
export function useReducedMotion(): boolean {
  const [reduced, setReduced] = useState(false);
  useEffect(() => {
    let gone = false;
    void AccessibilityInfo.isReduceMotionEnabled().then((on) => {
      if (!gone) setReduced(on);
    });
    const listening = AccessibilityInfo.addEventListener('reduceMotionChanged', setReduced);
    return () => {
      gone = true;
      listening.remove();
    };
  }, []);
  return reduced;
}
