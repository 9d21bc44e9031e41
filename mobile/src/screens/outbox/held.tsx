import { useEffect, useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Text } from '@/components/text';
import { useTexts } from '@/i18n/texts';
import { takeBack } from '@/services/approvals';
import { asProblem } from '@/services/problem';
import { queryClient } from '@/services/query-client';
import type { Effect } from '@/services/types';
import { space } from '@/theme/tokens';

/** Whole seconds until a time; 0 when it is over. */
function secondsTo(time: string): number {
  return Math.max(0, Math.ceil((Date.parse(time) - Date.now()) / 1000));
}

/** A mail that has not left: until when, and the way back. */
export function Held({ effect }: { effect: Effect }) {
  const { outbox, states } = useTexts();
  const until = effect.undo_until;
  const [seconds, setSeconds] = useState(() => (until ? secondsTo(until) : 0));
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
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

  const undo = async () => {
    if (busy) return;
    setBusy(true);
    try {
      await takeBack(effect.id);
    } catch (error) {
      const problem = asProblem(error);
      setRefusal(problem.isOffline ? states.offlineLead : problem.detail || states.serverLead);
    }
    setBusy(false);
  };
  return (
    <View style={styles.held}>
      {seconds > 0 && (
        <>
          <Text size="small" tone="coralText" tabular>
            {outbox.leavesIn(seconds)}
          </Text>
          <Button icon="rotate-ccw" label={outbox.undo} busy={busy} onPress={() => void undo()} />
        </>
      )}
      {refusal && (
        <Text size="small" tone="danger" role="alert">
          {refusal}
        </Text>
      )}
    </View>
  );
}

const styles = StyleSheet.create({ held: { flexDirection: 'row', flexWrap: 'wrap', alignItems: 'center', gap: space.m } });
