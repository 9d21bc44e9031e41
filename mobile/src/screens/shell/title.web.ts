import { useEffect } from 'react';

import { useTexts } from '@/i18n/texts';

/** Names the browser's tab after the place in the app. */
export function useTitle(path: string): void {
  const { nav, product } = useTexts();
  const place = path.split('/')[1] ?? '';
  const name = place === 'chat' || place === 'files' || place === 'outbox' || place === 'settings' ? nav[place] : null;
  useEffect(() => {
    document.title = name ? `${name} · ${product}` : product;
  }, [name, product]);
}
