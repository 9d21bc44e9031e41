import { Empty } from '@/components/states';
import { useTexts } from '@/i18n/texts';
import { useWide } from '@/theme/theme';

import { ApprovalsList } from './approvals-list';

export function ApprovalsHomeScreen() {
  const { approvals } = useTexts();
  return useWide() ? <Empty icon="check-circle" title={approvals.pick} /> : <ApprovalsList large />;
}
