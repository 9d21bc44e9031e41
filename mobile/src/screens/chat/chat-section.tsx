import { ListDetail } from '@/components/list-detail';
import { Section } from '@/screens/shell/section';

import { ConversationList } from './conversation-list';

export function ChatSection() {
  return (
    <ListDetail list={<ConversationList />}>
      <Section />
    </ListDetail>
  );
}
