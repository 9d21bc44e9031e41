import AsyncStorage from '@react-native-async-storage/async-storage';
import { getLocales } from 'expo-localization';
import { create } from 'zustand';
import { createJSONStorage, persist } from 'zustand/middleware';

import { isLanguage, type Language } from '@/i18n/languages';

export type Appearance = 'system' | 'light' | 'dark';

interface Preferences {
  language: Language;
  appearance: Appearance;
  /** The server's origin; used on phones. */
  server: string;
  /** The person who is told on this phone, where they have switched it on; else empty. */
  toldFor: string;
  choose: (change: Partial<Pick<Preferences, 'language' | 'appearance' | 'server' | 'toldFor'>>) => void;
  /** Takes over the language that the person's account has. */
  adopt: (language: string) => void;
}

const ofDevice = getLocales()[0]?.languageCode ?? 'en';

/** What this device remembers: language, appearance and the server's address. */
export const usePreferences = create<Preferences>()(
  persist(
    (set) => ({
      language: isLanguage(ofDevice) ? ofDevice : 'en',
      appearance: 'system',
      server: '',
      toldFor: '',
      choose: (change) => set(change),
      adopt: (language) => {
        if (isLanguage(language)) set({ language });
      },
    }),
    {
      name: 'mezzofy.preferences',
      storage: createJSONStorage(() => AsyncStorage),
      partialize: ({ language, appearance, server, toldFor }) => ({ language, appearance, server, toldFor }),
    },
  ),
);
