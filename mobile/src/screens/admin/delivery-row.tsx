import { useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { Chip, type ChipTone } from '@/components/chip';
import { Dialog } from '@/components/dialog';
import { IconButton } from '@/components/icon-button';
import { Text } from '@/components/text';
import type { Texts } from '@/i18n/en';
import { shortTime } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import type { Delivery } from '@/services/types';
import { repeatDelivery } from '@/services/webhooks';
import { themed } from '@/theme/theme';
import { space, type Palette } from '@/theme/tokens';

/** Where a delivery stands, in a word and a colour. */
export function standing({ state, run_state, waiting_for }: Delivery, { webhooks }: Texts): [string, ChipTone] {
  if (state === 'failed') return [webhooks.failed, 'danger'];
  if (state === 'ignored') return [webhooks.ignored, 'plain'];
  if (waiting_for) return [webhooks.waits, 'coral'];
  if (run_state === 'succeeded' || run_state === null) return [webhooks.done, 'good'];
  return run_state === 'failed' || run_state === 'cancelled' ? [webhooks.ended, 'danger'] : [webhooks.atWork, 'accent'];
}

/** A received webhook: what, whose, when, and what came of it. */
export function DeliveryRow({ delivery }: { delivery: Delivery }) {
  const styles = useStyles();
  const texts = useTexts();
  const { webhooks } = texts;
  const [asking, setAsking] = useState(false);
  const [word, tone] = standing(delivery, texts);
  return (
    <View role="listitem" style={styles.row}>
      <View style={styles.words}>
        <Text size="strong" numberOfLines={1}>
          {delivery.event}
        </Text>
        <Text size="small" tone="soft" numberOfLines={1}>
          {`${delivery.source} · ${shortTime(delivery.received_at, texts)}`}
        </Text>
        {delivery.reason && (
          <Text size="small" tone="danger">
            {delivery.reason}
          </Text>
        )}
      </View>
      <Chip label={word} tone={tone} />
      <View style={styles.end}>{delivery.repeatable && <IconButton icon="rotate-cw" size={40} label={webhooks.repeat} onPress={() => setAsking(true)} />}</View>
      {asking && (
        <Dialog title={webhooks.repeat} lead={webhooks.repeatLead} confirm={webhooks.repeatNow} onConfirm={() => repeatDelivery(delivery.id)} onClose={() => setAsking(false)} />
      )}
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
