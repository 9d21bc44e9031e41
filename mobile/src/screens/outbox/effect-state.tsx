import { Chip, type ChipTone } from '@/components/chip';
import type { IconName } from '@/components/icon';
import { useTexts } from '@/i18n/texts';
import type { EffectState } from '@/services/types';

const looks: Record<EffectState, { tone: ChipTone; icon: IconName }> = {
  intended: { tone: 'plain', icon: 'clock' },
  attempting: { tone: 'accent', icon: 'loader' },
  done: { tone: 'good', icon: 'check' },
  failed: { tone: 'danger', icon: 'x' },
  unknown: { tone: 'coral', icon: 'help-circle' },
};

export function EffectStateChip({ state }: { state: EffectState }) {
  const { outbox } = useTexts();
  return <Chip label={outbox.states[state]} {...looks[state]} />;
}
