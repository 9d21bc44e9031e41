import { useLocalSearchParams } from 'expo-router';

import { NewThread } from './new-thread';
import { Thread } from './thread';

export function ThreadScreen() {
  const { id } = useLocalSearchParams<{ id: string }>();
  return id === 'new' ? <NewThread /> : <Thread key={id} id={id} />;
}
