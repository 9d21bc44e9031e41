import { useEffect } from 'react';

import { useTexts } from '@/i18n/texts';

const places = ['chat', 'approvals', 'files', 'outbox', 'schedules', 'admin', 'settings'] as const;
const isPlace = (place: string): place is (typeof places)[number] => (places as readonly string[]).includes(place);

/** Names the browser's tab after the place in the app. */
export function useTitle(path: string): void {
  const { nav, product } = useTexts();
  const place = path.split('/')[1] ?? '';
  const name = isPlace(place) ? nav[place] : null;
  useEffect(() => {
    document.title = name ? `${name} · ${product}` : product;
  }, [name, product]);
}
