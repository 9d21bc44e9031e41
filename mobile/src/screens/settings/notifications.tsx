import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { FormError } from '@/components/form-error';
import { IconButton } from '@/components/icon-button';
import { Switch } from '@/components/switch';
import { Text } from '@/components/text';
import { longTime } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { removeDevice, switchOff, switchOn, tell } from '@/services/notifications';
import { canPush } from '@/services/push';
import { devices, notificationSettings } from '@/services/queries';
import type { NotificationSettings } from '@/services/types';
import { useMe } from '@/stores/me';
import { usePreferences } from '@/stores/preferences';
import { space } from '@/theme/tokens';

import { Group } from './group';

const topics = ['decisions', 'schedules', 'results'] as const satisfies readonly (keyof NotificationSettings)[];

/** Whether this phone tells of what happens while the app is closed, and of what. A browser shows the person's phones only. */
export function Notifications() {
  const texts = useTexts();
  const { notifications: words, settings } = texts;
  const personId = useMe((s) => s.person?.id);
  const language = usePreferences((s) => s.language);
  const toldFor = usePreferences((s) => s.toldFor);
  const phones = useQuery(devices()).data?.items;
  const told = useQuery(notificationSettings()).data;
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  if (!phones || !told || !personId) return null;
  const here = canPush && toldFor === personId && phones.some(({ current }) => current);
  const others = phones.filter(({ current }) => !(here && current));

  const attempt = async (what: () => Promise<unknown>) => {
    setBusy(true);
    setProblem(null);
    try {
      const state = await what();
      if (state === 'denied') setProblem(words.denied);
      if (state === 'unready') setProblem(words.unready);
    } catch {
      setProblem(words.notSaved);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Group title={words.title} lead={canPush ? words.lead : words.leadWeb}>
      <View style={styles.list}>
        {canPush && (
          <Switch
            label={words.here}
            on={here}
            disabled={busy}
            onChange={(on) => void attempt(() => (on ? switchOn(personId, language) : switchOff(phones)))}
          />
        )}
        {phones.length > 0 &&
          topics.map((topic) => (
            <Switch
              key={topic}
              label={words[topic]}
              hint={words.hints[topic]}
              on={told[topic]}
              disabled={busy}
              onChange={(on) => void attempt(() => tell({ [topic]: on }))}
            />
          ))}
        <FormError text={problem} />
        {others.map((phone) => {
          const name = phone.name ?? settings.unknownDevice;
          return (
            <View key={phone.id} style={styles.row}>
              <View style={styles.words}>
                <Text size="label">{name}</Text>
                <Text size="caption" tone="faint">
                  {settings.lastSeen(longTime(phone.seen_at, texts))}
                </Text>
              </View>
              <IconButton icon="x" label={words.removeOf(name)} onPress={() => void attempt(() => removeDevice(phone.id))} />
            </View>
          );
        })}
        {!canPush && phones.length === 0 && (
          <Text size="small" tone="faint">
            {words.none}
          </Text>
        )}
      </View>
    </Group>
  );
}

const styles = StyleSheet.create({
  list: { gap: space.s },
  row: { flexDirection: 'row', alignItems: 'center', gap: space.m },
  words: { flex: 1, minWidth: 0 },
});
