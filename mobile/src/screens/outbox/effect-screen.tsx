import { useQuery } from '@tanstack/react-query';
import { useLocalSearchParams, useRouter } from 'expo-router';
import { StyleSheet, View } from 'react-native';

import { ScreenHeader } from '@/components/screen-header';
import { Failure, Loading } from '@/components/states';
import { useTexts } from '@/i18n/texts';
import * as queries from '@/services/queries';
import { themed, useWide } from '@/theme/theme';
import type { Palette } from '@/theme/tokens';

import { EffectView } from './effect-view';

export function EffectScreen() {
  const styles = useStyles();
  const { id } = useLocalSearchParams<{ id: string }>();
  const { outbox } = useTexts();
  const router = useRouter();
  const wide = useWide();
  const query = useQuery(queries.effect(id));

  return (
    <View style={styles.screen}>
      {!wide && <ScreenHeader title={outbox.title} onBack={() => router.dismissTo('/outbox')} />}
      {query.isPending ? (
        <Loading />
      ) : query.data ? (
        <EffectView effect={query.data} />
      ) : (
        <Failure error={query.error} onRetry={() => void query.refetch()} missing={{ title: outbox.missing, lead: outbox.missingLead }} />
      )}
    </View>
  );
}

const useStyles = themed((c: Palette) => StyleSheet.create({ screen: { flex: 1, backgroundColor: c.page } }));
