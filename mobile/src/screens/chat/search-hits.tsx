import { useQuery } from '@tanstack/react-query';
import { useRouter } from 'expo-router';
import { ScrollView, StyleSheet, View } from 'react-native';

import { ListRow } from '@/components/list-row';
import { Empty, Failure, Loading } from '@/components/states';
import { Text } from '@/components/text';
import { useTexts } from '@/i18n/texts';
import { search } from '@/services/queries';
import type { Hit } from '@/services/types';
import { space } from '@/theme/tokens';

/** What has the words that were typed: conversations and files open, the rest is shown. */
export function SearchHits({ words }: { words: string }) {
  const { search: texts } = useTexts();
  const found = useQuery(search(words));
  if (found.isPending) return <Loading />;
  if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  if (found.data.items.length === 0) return <Empty icon="search" title={texts.nothing} lead={texts.nothingLead} />;
  return (
    <ScrollView role="list" aria-label={texts.label} contentContainerStyle={styles.list} keyboardShouldPersistTaps="handled">
      {found.data.items.map((hit, at) => (
        <View key={`${hit.kind}-${hit.id}-${at}`} role="listitem">
          <HitRow hit={hit} />
        </View>
      ))}
    </ScrollView>
  );
}

function HitRow({ hit }: { hit: Hit }) {
  const { search: texts, chat } = useTexts();
  const router = useRouter();
  const title = hit.title || chat.untitled;
  const kind = texts.kinds[hit.kind];
  const detail = hit.text ? `${kind} · ${hit.text}` : kind;
  if (hit.kind === 'conversation' || hit.kind === 'file') {
    const path = hit.kind === 'file' ? `/files/${hit.id}` : `/chat/${hit.id}`;
    return <ListRow label={`${title}, ${kind}`} title={title} detail={detail} onPress={() => router.navigate(path)} />;
  }
  return (
    <View style={styles.shown}>
      <Text size="strong">{title}</Text>
      <Text size="small" tone="soft">
        {detail}
      </Text>
    </View>
  );
}

const styles = StyleSheet.create({
  list: { paddingHorizontal: space.s, paddingBottom: space.l, gap: 2 },
  shown: { paddingHorizontal: space.m, paddingVertical: 10, gap: 2 },
});
