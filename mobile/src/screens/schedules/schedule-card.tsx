import { useRouter } from 'expo-router';
import { useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Card } from '@/components/card';
import { FormError } from '@/components/form-error';
import { IconButton } from '@/components/icon-button';
import { Icon } from '@/components/icon';
import { Text } from '@/components/text';
import { dueTime } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { shownTo } from '@/services/payload';
import { asProblem } from '@/services/problem';
import { pauseSchedule, resumeSchedule, runSchedule } from '@/services/schedules';
import type { Schedule } from '@/services/types';
import { themed, useWide } from '@/theme/theme';
import { space, type Palette } from '@/theme/tokens';

import { OccurrenceView } from './occurrence-view';
import { ScheduleStateChip } from './schedule-state';

/** One schedule: what, when, how it stands, and what can be done with it. */
export function ScheduleCard({ schedule, onRemove }: { schedule: Schedule; onRemove: () => void }) {
  const styles = useStyles();
  const texts = useTexts();
  const { schedules: words, states } = texts;
  const router = useRouter();
  const wide = useWide();
  const [busy, setBusy] = useState<'turn' | 'run' | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const { id, name, state } = schedule;
  const { email, teams_channel } = schedule.deliver;
  const to = [...(email ?? []), ...(teams_channel ? [shownTo(teams_channel)] : [])];

  const act = async (which: 'turn' | 'run', done: () => Promise<void>) => {
    setBusy(which);
    setRefusal(null);
    try {
      await done();
    } catch (error) {
      const problem = asProblem(error);
      setRefusal(problem.isOffline ? states.offlineLead : problem.detail || states.serverLead);
    }
    setBusy(null);
  };
  const turn = () => act('turn', () => (state === 'paused' ? resumeSchedule(id) : pauseSchedule(id)));
  const run = () => act('run', async () => router.navigate(`/chat/${await runSchedule(id)}`));

  return (
    <Card role="article" label={name} style={styles.card}>
      <View style={styles.head}>
        <Text size="heading" role="heading" aria-level={2} style={styles.grow}>
          {name}
        </Text>
        <ScheduleStateChip state={state} />
      </View>
      <View style={styles.line}>
        <View style={styles.icon}>
          <Icon name="repeat" size={15} tone="accentText" />
        </View>
        <Text size="label" style={styles.grow}>
          {schedule.said}
        </Text>
      </View>
      <Text size="small" tone="soft" numberOfLines={4}>
        {words.request(schedule.request)}
      </Text>

      {to.length > 0 && (
        <View style={styles.line}>
          <View style={styles.icon}>
            <Icon name="send" size={15} tone="soft" />
          </View>
          <Text size="small" tone="soft" style={styles.grow} aria-label={`${words.deliverTo}: ${to.join(', ')}`}>
            {to.join(', ')}
          </Text>
        </View>
      )}

      <View style={styles.facts}>
        <View style={styles.fact}>
          <Text size="small" tone="faint" style={styles.label}>
            {words.nextLabel}
          </Text>
          <Text size="small" tone={schedule.next_at ? 'text' : 'soft'} tabular style={[styles.grow, styles.value]}>
            {schedule.next_at ? dueTime(schedule.next_at, texts) : words.noNext[state]}
          </Text>
        </View>
        <View style={styles.fact}>
          <Text size="small" tone="faint" style={styles.label}>
            {words.lastLabel}
          </Text>
          {schedule.last ? (
            <OccurrenceView occurrence={schedule.last} />
          ) : (
            <Text size="small" tone="soft" style={[styles.grow, styles.value]}>
              {words.never}
            </Text>
          )}
        </View>
      </View>

      <FormError text={refusal} />
      <View style={styles.buttons}>
        {state !== 'over' && (
          <Button
            icon={state === 'paused' ? 'play' : 'pause'}
            label={state === 'paused' ? words.resume : words.pause}
            busy={busy === 'turn'}
            disabled={busy !== null}
            onPress={() => void turn()}
          />
        )}
        <Button icon="zap" label={words.run} busy={busy === 'run'} disabled={busy !== null} onPress={() => void run()} />
        <View style={[styles.more, wide && styles.end]}>
          <Button kind="quiet" icon="list" label={words.history} onPress={() => router.navigate(`/schedules/${id}`)} />
          <Button kind="quiet" icon="edit-2" label={words.change} onPress={() => router.navigate(`/schedules/${id}/edit`)} />
          {!wide && <View style={styles.space} />}
          <IconButton icon="trash-2" label={words.remove(name)} onPress={onRemove} />
        </View>
      </View>
    </Card>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    card: { gap: space.s },
    head: { flexDirection: 'row', alignItems: 'flex-start', gap: space.m },
    line: { flexDirection: 'row', gap: space.s },
    icon: { height: 22, justifyContent: 'center' },
    grow: { flex: 1, minWidth: 0 },
    value: { lineHeight: 26 },
    facts: { gap: space.xs, marginTop: space.xs, paddingTop: space.m, borderTopWidth: 1, borderTopColor: c.line },
    fact: { flexDirection: 'row', alignItems: 'flex-start', gap: space.m, minHeight: 26 },
    label: { width: 44, lineHeight: 26 },
    buttons: { flexDirection: 'row', flexWrap: 'wrap', alignItems: 'center', gap: space.s, marginTop: space.xs },
    space: { flexGrow: 1 },
    more: { flexGrow: 1, flexDirection: 'row', alignItems: 'center' },
    end: { justifyContent: 'flex-end' },
  }),
);
