import { useEffect, useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { FormError } from '@/components/form-error';
import { Text } from '@/components/text';
import { useAttempt } from '@/components/use-attempt';
import { useTexts } from '@/i18n/texts';
import { takeBack } from '@/services/approvals';
import { queryClient } from '@/services/query-client';
import type { Effect } from '@/services/types';
import { space } from '@/theme/tokens';

/** Whole seconds until a time; 0 when it is over. */
function secondsTo(time: string): number {
  return Math.max(0, Math.ceil((Date.parse(time) - Date.now()) / 1000));
}

/** A mail that has not left: until when, and the way back. */
export function Held({ effect }: { effect: Effect }) {
  const { outbox } = useTexts();
  const until = effect.undo_until;
  const [seconds, setSeconds] = useState(() => (until ? secondsTo(until) : 0));
  const { busy, refusal, attempt } = useAttempt(() => takeBack(effect.id));
  useEffect(() => {
    if (!until) return;
    const timer = setInterval(() => {
      setSeconds(secondsTo(until));
      // It leaves by itself: what came of it is read anew.
      if (secondsTo(until) === 0) for (const key of ['outbox', 'effect']) void queryClient.invalidateQueries({ queryKey: [key] });
    }, 1000);
    return () => clearInterval(timer);
  }, [until]);
  if (!until) return null;

  return (
    <View style={styles.held}>
      {seconds > 0 && (
        <>
          <Text size="small" tone="coralText" tabular>
            {outbox.leavesIn(seconds)}
          </Text>
          <Button icon="rotate-ccw" label={outbox.undo} busy={busy} onPress={() => void attempt()} />
        </>
      )}
      <FormError text={refusal} />
    </View>
  );
}

const styles = StyleSheet.create({ held: { flexDirection: 'row', flexWrap: 'wrap', alignItems: 'center', gap: space.m } });
