import { StyleSheet, View } from 'react-native';

import { Chip, type ChipTone } from '@/components/chip';
import { IconButton } from '@/components/icon-button';
import { Text } from '@/components/text';
import { shortTime } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import type { Sending } from '@/services/types';
import { repeatSending } from '@/services/webhooks';
import { themed } from '@/theme/theme';
import { space, type Palette } from '@/theme/tokens';

const tones: Record<Sending['state'], ChipTone> = { waiting: 'coral', sending: 'accent', done: 'good', failed: 'danger' };

/** Something that an endpoint is told: what, whom, when, and whether it has taken it. */
export function SendingRow({ sending }: { sending: Sending }) {
  const styles = useStyles();
  const texts = useTexts();
  const { webhooks } = texts;
  return (
    <View role="listitem" style={styles.row}>
      <View style={styles.words}>
        <Text size="strong" numberOfLines={1}>
          {sending.event}
        </Text>
        <Text size="small" tone="soft" numberOfLines={1}>
          {`${sending.endpoint} · ${shortTime(sending.created_at, texts)} · ${webhooks.tries(sending.tries)}`}
        </Text>
        {sending.state !== 'done' && sending.reason && (
          <Text size="small" tone="danger">
            {sending.next_at ? webhooks.againAt(sending.reason, shortTime(sending.next_at, texts)) : sending.reason}
          </Text>
        )}
      </View>
      <Chip label={webhooks.sendingStates[sending.state]} tone={tones[sending.state]} />
      <View style={styles.end}>
        {sending.state === 'failed' && <IconButton icon="rotate-cw" size={40} label={webhooks.sendAgain} onPress={() => void repeatSending(sending.id)} />}
      </View>
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    row: { flexDirection: 'row', alignItems: 'center', gap: space.m, minHeight: 64, paddingVertical: space.s, paddingHorizontal: space.s, borderBottomWidth: 1, borderBottomColor: c.line },
    words: { flex: 1, minWidth: 0, gap: 2 },
    end: { width: 40 },
  }),
);
