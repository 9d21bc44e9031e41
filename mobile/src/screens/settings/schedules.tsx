import { useQuery } from '@tanstack/react-query';
import { useRouter } from 'expo-router';
import { useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Chip, type ChipTone } from '@/components/chip';
import { Dialog } from '@/components/dialog';
import { IconButton } from '@/components/icon-button';
import { Failure, LoadingRows } from '@/components/states';
import { Text } from '@/components/text';
import { longTime } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { schedules } from '@/services/queries';
import { pauseSchedule, removeSchedule, resumeSchedule, runSchedule } from '@/services/schedules';
import type { Occurrence, Schedule } from '@/services/types';
import { mayHaveSchedules, useMe } from '@/stores/me';
import { usePreferences } from '@/stores/preferences';
import { themed } from '@/theme/theme';
import { space, type Palette } from '@/theme/tokens';

import { Group } from './group';

/** What is asked for the person again and again. They are made by saying them in a chat. */
export function Schedules() {
  const { schedules: words, actions } = useTexts();
  const may = useMe((s) => mayHaveSchedules(s.person));
  const language = usePreferences((s) => s.language);
  const { data: page, error, refetch } = useQuery({ ...schedules(language), enabled: may });
  const [removing, setRemoving] = useState<Schedule | null>(null);
  if (!may) return null;
  return (
    <Group title={words.title} lead={words.lead}>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!page && !error && <LoadingRows />}
      <View role="list">
        {page?.items.map((schedule, index) => (
          <Row key={schedule.id} schedule={schedule} first={index === 0} onRemove={() => setRemoving(schedule)} />
        ))}
      </View>
      {page?.items.length === 0 && (
        <Text size="small" tone="faint">
          {words.none}
        </Text>
      )}
      {removing && (
        <Dialog
          title={words.remove(removing.name)}
          lead={words.removeLead}
          confirm={actions.delete}
          danger
          onConfirm={() => removeSchedule(removing.id)}
          onClose={() => setRemoving(null)}
        />
      )}
    </Group>
  );
}

const tones: Record<Schedule['state'], ChipTone> = { active: 'good', paused: 'plain', over: 'plain' };

function Row({ schedule, first, onRemove }: { schedule: Schedule; first: boolean; onRemove: () => void }) {
  const styles = useStyles();
  const router = useRouter();
  const texts = useTexts();
  const words = texts.schedules;
  const [busy, setBusy] = useState<'turn' | 'run' | null>(null);
  const [failed, setFailed] = useState(false);
  const act = async (which: 'turn' | 'run', done: () => Promise<void>) => {
    setBusy(which);
    setFailed(false);
    try {
      await done();
    } catch {
      setFailed(true);
    }
    setBusy(null);
  };
  const turn = () => act('turn', () => (schedule.state === 'paused' ? resumeSchedule(schedule.id) : pauseSchedule(schedule.id)));
  const run = () => act('run', async () => router.navigate(`/chat/${await runSchedule(schedule.id)}`));
  return (
    <View role="listitem" style={[styles.row, !first && styles.next]}>
      <View style={styles.head}>
        <Text size="strong" style={styles.words}>
          {schedule.name}
        </Text>
        <Chip label={words.states[schedule.state]} tone={tones[schedule.state]} />
      </View>
      <Text size="small">{schedule.said}</Text>
      {schedule.request !== schedule.name && (
        <Text size="small" tone="soft">
          {words.request(schedule.request)}
        </Text>
      )}
      <Text size="small" tone="soft">
        {schedule.next_at ? words.next(longTime(schedule.next_at, texts)) : words.rests}
        {schedule.last ? ` · ${last(schedule.last, texts)}` : ''}
      </Text>
      {schedule.last?.explanation && (
        <Text size="small" tone="soft">
          {schedule.last.explanation}
        </Text>
      )}
      {failed && (
        <Text size="small" tone="danger" role="alert">
          {words.failed}
        </Text>
      )}
      <View style={styles.buttons}>
        {schedule.state !== 'over' && (
          <Button
            icon={schedule.state === 'paused' ? 'play' : 'pause'}
            label={schedule.state === 'paused' ? words.resume : words.pause}
            busy={busy === 'turn'}
            disabled={busy !== null}
            onPress={() => void turn()}
          />
        )}
        <Button kind="quiet" icon="zap" label={words.run} busy={busy === 'run'} disabled={busy !== null} onPress={() => void run()} />
        <View style={styles.words} />
        <IconButton icon="trash-2" label={words.remove(schedule.name)} onPress={onRemove} />
      </View>
    </View>
  );
}

const last = (occurrence: Occurrence, texts: ReturnType<typeof useTexts>) =>
  texts.schedules.last(longTime(occurrence.due_at, texts), texts.schedules.occurrences[occurrence.state]);

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    row: { gap: space.xs, paddingVertical: space.m },
    next: { borderTopWidth: 1, borderTopColor: c.line },
    head: { flexDirection: 'row', alignItems: 'center', gap: space.m },
    words: { flex: 1, minWidth: 0 },
    buttons: { flexDirection: 'row', alignItems: 'center', gap: space.s, marginTop: space.xs, flexWrap: 'wrap' },
  }),
);
