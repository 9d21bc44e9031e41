import { useQuery } from '@tanstack/react-query';
import { useLocalSearchParams } from 'expo-router';

import { DetailScreen } from '@/components/detail-screen';
import { useTexts } from '@/i18n/texts';
import * as queries from '@/services/queries';

import { ApprovalView } from './approval-view';

export function ApprovalScreen() {
  const { id } = useLocalSearchParams<{ id: string }>();
  const { approvals } = useTexts();
  const query = useQuery(queries.approval(id));
  return (
    <DetailScreen title={approvals.title} list="/approvals" query={query} missing={{ title: approvals.missing, lead: approvals.missingLead }}>
      {/* What was changed belongs to these bytes only. */}
      {(approval) => <ApprovalView key={`${id} ${approval.payload_hash}`} approval={approval} />}
    </DetailScreen>
  );
}
