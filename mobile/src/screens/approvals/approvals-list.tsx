import { useInfiniteQuery } from '@tanstack/react-query';
import { usePathname, useRouter } from 'expo-router';
import { useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { ListRow } from '@/components/list-row';
import { PagedList } from '@/components/paged-list';
import { ScreenHeader } from '@/components/screen-header';
import { Segmented } from '@/components/segmented';
import { Empty } from '@/components/states';
import { shortTime } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { approvals as approvalsOf } from '@/services/queries';
import { space } from '@/theme/tokens';

import { ApprovalStateChip } from './approval-state';

export function ApprovalsList({ large }: { large?: boolean }) {
  const texts = useTexts();
  const { approvals } = texts;
  const router = useRouter();
  const path = usePathname();
  const [which, setWhich] = useState<'pending' | 'all'>('pending');
  const query = useInfiniteQuery(approvalsOf(which === 'pending' ? 'pending' : null));
  const options = [
    { value: 'pending', label: approvals.waiting },
    { value: 'all', label: approvals.all },
  ] as const;
  return (
    <View style={styles.list}>
      <ScreenHeader title={approvals.title} large={large} />
      <View style={styles.switch}>
        <Segmented label={approvals.title} options={options} value={which} onChange={setWhich} />
      </View>
      <PagedList
        label={approvals.title}
        query={query}
        empty={<Empty icon="check-circle" title={which === 'pending' ? approvals.none : approvals.empty} lead={approvals.emptyLead} />}
        row={(approval) => (
          <ListRow
            label={`${approval.summary}, ${approval.asked_by.name}, ${approvals.states[approval.state]}`}
            title={approval.summary}
            detail={approval.asked_by.name}
            time={shortTime(approval.decided_at ?? approval.created_at, texts)}
            end={<ApprovalStateChip state={approval.state} />}
            selected={path === `/approvals/${approval.id}`}
            onPress={() => router.navigate(`/approvals/${approval.id}`)}
          />
        )}
      />
    </View>
  );
}

const styles = StyleSheet.create({ list: { flex: 1 }, switch: { paddingHorizontal: space.l, paddingBottom: space.s } });
