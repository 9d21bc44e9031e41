import { useEffect } from 'react';

import type { Palette } from '@/theme/tokens';

/** Gives the browser's page the colours and the language in force. */
export function usePage(palette: Palette, locale: string): void {
  useEffect(() => {
    const { documentElement: root, body } = document;
    root.lang = locale;
    root.style.colorScheme = palette.dark ? 'dark' : 'light';
    root.style.backgroundColor = body.style.backgroundColor = palette.page;
    for (const tag of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) tag.content = palette.page;
  }, [palette, locale]);
}
