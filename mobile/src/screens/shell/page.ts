import * as SystemUI from 'expo-system-ui';
import { useEffect } from 'react';

import type { Palette } from '@/theme/tokens';

/** Gives what lies behind the app the colours in force. */
export function usePage(palette: Palette, _locale: string): void {
  useEffect(() => void SystemUI.setBackgroundColorAsync(palette.page), [palette]);
}
