import { Chip, type ChipTone } from '@/components/chip';
import { IconButton } from '@/components/icon-button';
import { shortTime } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import type { Sending } from '@/services/types';
import { repeatSending } from '@/services/webhooks';

import { ItemRow } from './item-row';

const tones: Record<Sending['state'], ChipTone> = { waiting: 'coral', sending: 'accent', done: 'good', failed: 'danger' };

/** Something that an endpoint is told: what, whom, when, and whether it has taken it. */
export function SendingRow({ sending }: { sending: Sending }) {
  const texts = useTexts();
  const { webhooks } = texts;
  const { reason, next_at, state } = sending;
  const failed = reason && next_at ? webhooks.againAt(reason, shortTime(next_at, texts)) : reason;
  return (
    <ItemRow
      title={sending.event}
      detail={`${sending.endpoint} · ${shortTime(sending.created_at, texts)} · ${webhooks.tries(sending.tries)}`}
      trouble={state === 'done' ? null : failed}
      chip={<Chip label={webhooks.sendingStates[state]} tone={tones[state]} />}
      action={state === 'failed' && <IconButton icon="rotate-cw" size={40} label={webhooks.sendAgain} onPress={() => void repeatSending(sending.id)} />}
      ruled
    />
  );
}
