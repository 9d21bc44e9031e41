import type { UseInfiniteQueryResult, InfiniteData } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { FlatList, RefreshControl, StyleSheet, View } from 'react-native';

import { usePalette } from '@/theme/theme';
import { space } from '@/theme/tokens';

import { Spinner } from './spinner';
import { Failure, LoadingRows } from './states';

interface PagedListProps<T> {
  label: string;
  query: UseInfiniteQueryResult<InfiniteData<{ items: T[] }>>;
  empty: ReactElement;
  /** Between the rows, where they are cards. */
  gap?: number;
  row: (item: T) => ReactElement;
}

/** A list that loads on as one reads: in each of its states. */
export function PagedList<T extends { id: string }>({ label, query, empty, gap, row }: PagedListProps<T>) {
  const palette = usePalette();
  if (query.isPending) return <LoadingRows />;
  if (query.isError && !query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />;

  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <FlatList
      role="list"
      aria-label={label}
      data={items}
      keyExtractor={(item) => item.id}
      renderItem={({ item }) => <View role="listitem">{row(item)}</View>}
      ListEmptyComponent={empty}
      contentContainerStyle={[styles.rows, gap !== undefined && { gap }]}
      onEndReached={() => {
        if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
      }}
      ListFooterComponent={
        query.isFetchingNextPage ? (
          <View style={styles.more}>
            <Spinner />
          </View>
        ) : null
      }
      refreshControl={
        <RefreshControl refreshing={false} onRefresh={() => void query.refetch()} tintColor={palette.accent} colors={[palette.accent]} />
      }
    />
  );
}

const styles = StyleSheet.create({
  rows: { flexGrow: 1, padding: space.s, gap: 2 },
  more: { padding: space.l, alignItems: 'center' },
});
