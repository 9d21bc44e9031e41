import type { UseQueryResult } from '@tanstack/react-query';
import { useRouter, type Href } from 'expo-router';
import type { ReactNode } from 'react';
import { StyleSheet, View } from 'react-native';

import { themed, useWide } from '@/theme/theme';
import type { Palette } from '@/theme/tokens';

import { ScreenHeader } from './screen-header';
import { Failure, Loading } from './states';

interface DetailScreenProps<T> {
  title: string;
  /** The list that it is one of. */
  list: Href;
  query: UseQueryResult<T>;
  /** What is said when there is no such thing. */
  missing: { title: string; lead: string };
  children: (data: T) => ReactNode;
}

/** One thing of a list, beside it or on a page of its own. */
export function DetailScreen<T>({ title, list, query, missing, children }: DetailScreenProps<T>) {
  const styles = useStyles();
  const router = useRouter();
  const wide = useWide();
  return (
    <View style={styles.screen}>
      {!wide && <ScreenHeader title={title} onBack={() => router.dismissTo(list)} />}
      {query.isPending ? (
        <Loading />
      ) : query.data ? (
        children(query.data)
      ) : (
        <Failure error={query.error} onRetry={() => void query.refetch()} missing={missing} />
      )}
    </View>
  );
}

const useStyles = themed((c: Palette) => StyleSheet.create({ screen: { flex: 1, backgroundColor: c.page } }));
