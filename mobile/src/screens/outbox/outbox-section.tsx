import { ListDetail } from '@/components/list-detail';
import { Section } from '@/screens/shell/section';

import { OutboxList } from './outbox-list';

export function OutboxSection() {
  return (
    <ListDetail list={<OutboxList />}>
      <Section />
    </ListDetail>
  );
}
