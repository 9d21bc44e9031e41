import { StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Text } from '@/components/text';
import { useTexts } from '@/i18n/texts';
import { resend } from '@/services/conversations';
import { useOutgoing, type Outgoing } from '@/stores/outgoing';
import { space } from '@/theme/tokens';

import { PersonBubble } from './message-view';

/** A message that the server has not accepted yet. */
export function OutgoingView({ outgoing }: { outgoing: Outgoing }) {
  const { chat, actions } = useTexts();
  const drop = useOutgoing((s) => s.drop);
  return (
    <PersonBubble text={outgoing.text}>
      {outgoing.files?.map((file) => (
        <Text key={file.id} size="caption" tone="soft">
          {file.name}
        </Text>
      ))}
      {outgoing.state === 'sending' ? (
        <Text size="caption" tone="faint" role="status">
          {chat.sending}
        </Text>
      ) : (
        <View style={styles.failed}>
          <Text size="small" tone="danger" role="alert">
            {outgoing.detail ? `${chat.notSent} ${outgoing.detail}` : chat.notSentOffline}
          </Text>
          <View style={styles.buttons}>
            <Button kind="quiet" label={chat.discard} onPress={() => drop(outgoing.client_id)} />
            <Button icon="refresh-cw" label={actions.retry} onPress={() => void resend(outgoing)} />
          </View>
        </View>
      )}
    </PersonBubble>
  );
}

const styles = StyleSheet.create({
  failed: { alignItems: 'flex-end', gap: space.s },
  buttons: { flexDirection: 'row', gap: space.s },
});
