import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Chip } from '@/components/chip';
import { Dialog } from '@/components/dialog';
import { Icon } from '@/components/icon';
import { IconButton } from '@/components/icon-button';
import { Failure, LoadingRows } from '@/components/states';
import { Text } from '@/components/text';
import { longTime } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { endOtherSessions, endSession } from '@/services/account';
import { sessions } from '@/services/queries';
import type { SignedInSession } from '@/services/types';
import { themed } from '@/theme/theme';
import { space, type Palette } from '@/theme/tokens';

import { Group } from './group';

/** Where the person is signed in, and ending it from here. */
export function Sessions() {
  const styles = useStyles();
  const { settings } = useTexts();
  const { data, error, isPending, refetch } = useQuery(sessions());
  const [asking, setAsking] = useState<SignedInSession | 'others' | null>(null);
  const others = data?.items.filter(({ current }) => !current) ?? [];
  return (
    <Group title={settings.sessions} lead={settings.sessionsLead}>
      {isPending ? (
        <LoadingRows rows={2} />
      ) : !data ? (
        <Failure error={error} onRetry={() => void refetch()} />
      ) : (
        <View style={styles.list}>
          {data.items.map((session) => (
            <Row key={session.id} session={session} onEnd={() => setAsking(session)} />
          ))}
          {others.length === 0 ? (
            <Text size="small" tone="faint">
              {settings.noOtherSessions}
            </Text>
          ) : (
            <View style={styles.end}>
              <Button kind="danger" icon="log-out" label={settings.endOthers} onPress={() => setAsking('others')} />
            </View>
          )}
        </View>
      )}
      {asking && (
        <Dialog
          title={asking === 'others' ? settings.endOthersAsk : settings.endAsk(asking.device ?? settings.unknownDevice)}
          lead={settings.endLead}
          confirm={asking === 'others' ? settings.endAll : settings.end}
          danger
          onConfirm={() => (asking === 'others' ? endOtherSessions() : endSession(asking.id))}
          onClose={() => setAsking(null)}
        />
      )}
    </Group>
  );
}

function Row({ session, onEnd }: { session: SignedInSession; onEnd: () => void }) {
  const styles = useStyles();
  const texts = useTexts();
  const { settings } = texts;
  const device = session.device ?? settings.unknownDevice;
  const phone = /iPhone|iPad|iOS|Android/.test(device);
  return (
    <View style={styles.row}>
      <Icon name={phone ? 'smartphone' : 'monitor'} tone="soft" />
      <View style={styles.words}>
        <Text size="strong">{device}</Text>
        <Text size="caption" tone="faint">
          {settings.lastSeen(longTime(session.last_seen_at, texts))}
        </Text>
        <Text size="caption" tone="faint">
          {settings.signedIn(longTime(session.created_at, texts))}
        </Text>
      </View>
      {session.current ? <Chip label={settings.thisDevice} tone="good" /> : <IconButton icon="x" label={settings.endOf(device)} onPress={onEnd} />}
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    list: { gap: space.m },
    row: { flexDirection: 'row', alignItems: 'center', gap: space.m, paddingBottom: space.m, borderBottomWidth: 1, borderBottomColor: c.line },
    words: { flex: 1, minWidth: 0 },
    end: { alignItems: 'flex-start' },
  }),
);
