import { StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { FormError } from '@/components/form-error';
import { useAttempt } from '@/components/use-attempt';
import { useTexts } from '@/i18n/texts';
import { settle } from '@/services/approvals';
import type { Effect } from '@/services/types';
import { space } from '@/theme/tokens';

/** An effect of which only its person can say whether it arrived: the two words for it. */
export function Settle({ effect }: { effect: Effect }) {
  const { outbox } = useTexts();
  const arrived = useAttempt(() => settle(effect.id, 'arrived'));
  const again = useAttempt(() => settle(effect.id, 'send_again'));
  if (effect.state !== 'unknown' || effect.kind === 'push') return null;

  return (
    <View style={styles.words}>
      <Button icon="check" label={outbox.arrived} busy={arrived.busy} disabled={again.busy} onPress={() => void arrived.attempt()} />
      <Button icon="send" label={outbox.sendAgain} busy={again.busy} disabled={arrived.busy} onPress={() => void again.attempt()} />
      <FormError text={arrived.refusal ?? again.refusal} />
    </View>
  );
}

const styles = StyleSheet.create({ words: { flexDirection: 'row', flexWrap: 'wrap', alignItems: 'center', gap: space.m } });
