import { useWide } from '@/theme/theme';

import { ConversationList } from './conversation-list';
import { NewThread } from './new-thread';

export function ChatHomeScreen() {
  return useWide() ? <NewThread /> : <ConversationList large />;
}
