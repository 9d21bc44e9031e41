import { Empty } from '@/components/states';
import { useTexts } from '@/i18n/texts';
import { useWide } from '@/theme/theme';

import { OutboxList } from './outbox-list';

export function OutboxHomeScreen() {
  const { outbox } = useTexts();
  return useWide() ? <Empty icon="mail" title={outbox.pick} /> : <OutboxList large />;
}
