import { Chip, type ChipTone } from '@/components/chip';
import type { IconName } from '@/components/icon';
import { useTexts } from '@/i18n/texts';
import type { ApprovalState } from '@/services/types';

const looks: Record<ApprovalState, { tone: ChipTone; icon: IconName }> = {
  pending: { tone: 'coral', icon: 'clock' },
  approved: { tone: 'good', icon: 'check' },
  rejected: { tone: 'danger', icon: 'x' },
  expired: { tone: 'plain', icon: 'clock' },
};

export function ApprovalStateChip({ state }: { state: ApprovalState }) {
  const { approvals } = useTexts();
  return <Chip label={approvals.states[state]} {...looks[state]} />;
}
