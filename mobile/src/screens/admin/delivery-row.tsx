import { useState } from 'react';

import { Chip, type ChipTone } from '@/components/chip';
import { Dialog } from '@/components/dialog';
import { IconButton } from '@/components/icon-button';
import type { Texts } from '@/i18n/en';
import { shortTime } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import type { Delivery } from '@/services/types';
import { repeatDelivery } from '@/services/webhooks';

import { ItemRow } from './item-row';

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
  const texts = useTexts();
  const { webhooks } = texts;
  const [asking, setAsking] = useState(false);
  const [word, tone] = standing(delivery, texts);
  return (
    <ItemRow
      title={delivery.event}
      detail={`${delivery.source} · ${shortTime(delivery.received_at, texts)}`}
      trouble={delivery.reason}
      chip={<Chip label={word} tone={tone} />}
      action={delivery.repeatable && <IconButton icon="rotate-cw" size={40} label={webhooks.repeat} onPress={() => setAsking(true)} />}
      ruled
    >
      {asking && (
        <Dialog title={webhooks.repeat} lead={webhooks.repeatLead} confirm={webhooks.repeatNow} onConfirm={() => repeatDelivery(delivery.id)} onClose={() => setAsking(false)} />
      )}
    </ItemRow>
  );
}
