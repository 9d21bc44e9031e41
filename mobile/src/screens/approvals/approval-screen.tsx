import { useQuery } from '@tanstack/react-query';
import { useLocalSearchParams, useRouter } from 'expo-router';
import { StyleSheet, View } from 'react-native';

import { ScreenHeader } from '@/components/screen-header';
import { Failure, Loading } from '@/components/states';
import { useTexts } from '@/i18n/texts';
import * as queries from '@/services/queries';
import { themed, useWide } from '@/theme/theme';
import type { Palette } from '@/theme/tokens';

import { ApprovalView } from './approval-view';

export function ApprovalScreen() {
  const styles = useStyles();
  const { id } = useLocalSearchParams<{ id: string }>();
  const { approvals } = useTexts();
  const router = useRouter();
  const wide = useWide();
  const query = useQuery(queries.approval(id));

  return (
    <View style={styles.screen}>
      {!wide && <ScreenHeader title={approvals.title} onBack={() => router.dismissTo('/approvals')} />}
      {query.isPending ? (
        <Loading />
      ) : query.data ? (
        // What was changed belongs to these bytes only.
        <ApprovalView key={`${id} ${query.data.payload_hash}`} approval={query.data} />
      ) : (
        <Failure
          error={query.error}
          onRetry={() => void query.refetch()}
          missing={{ title: approvals.missing, lead: approvals.missingLead }}
        />
      )}
    </View>
  );
}

const useStyles = themed((c: Palette) => StyleSheet.create({ screen: { flex: 1, backgroundColor: c.page } }));
