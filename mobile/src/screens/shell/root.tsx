import Feather from '@expo/vector-icons/Feather';
import { QueryClientProvider } from '@tanstack/react-query';
import { useFonts } from 'expo-font';
import { Slot } from 'expo-router';
import { StatusBar } from 'expo-status-bar';
import { useEffect } from 'react';
import { SafeAreaProvider } from 'react-native-safe-area-context';

import { useTexts } from '@/i18n/texts';
import { restoreSession } from '@/services/auth';
import { queryClient } from '@/services/query-client';
import { usePreferences } from '@/stores/preferences';
import { usePalette } from '@/theme/theme';

import { usePage } from './page';

/** What every screen stands in. */
export function Root() {
  const [loaded, failed] = useFonts(Feather.font);
  const palette = usePalette();
  const { locale } = useTexts();
  usePage(palette, locale);

  useEffect(() => {
    if (usePreferences.persist.hasHydrated()) void restoreSession();
    else return usePreferences.persist.onFinishHydration(() => void restoreSession());
  }, []);

  if (!loaded && !failed) return null;
  return (
    <SafeAreaProvider>
      <QueryClientProvider client={queryClient}>
        <StatusBar style={palette.dark ? 'light' : 'dark'} />
        <Slot />
      </QueryClientProvider>
    </SafeAreaProvider>
  );
}
