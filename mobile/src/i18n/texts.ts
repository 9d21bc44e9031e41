import { usePreferences } from '@/stores/preferences';

import { en, type Texts } from './en';
import type { Language } from './languages';
import { zh } from './zh';

const all: Record<Language, Texts> = { en, zh };

export const languageNames: Record<Language, string> = { en: 'English', zh: '中文' };

/** The app's texts in the language in force. */
export function useTexts(): Texts {
  return all[usePreferences((s) => s.language)];
}
