import { ListDetail } from '@/components/list-detail';
import { Section } from '@/screens/shell/section';

import { ApprovalsList } from './approvals-list';

export function ApprovalsSection() {
  return (
    <ListDetail list={<ApprovalsList />}>
      <Section />
    </ListDetail>
  );
}
