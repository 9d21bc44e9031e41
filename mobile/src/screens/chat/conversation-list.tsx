import { useInfiniteQuery } from '@tanstack/react-query';
import { usePathname, useRouter } from 'expo-router';
import { useDeferredValue, useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { Field } from '@/components/field';
import { IconButton } from '@/components/icon-button';
import { ListRow } from '@/components/list-row';
import { PagedList } from '@/components/paged-list';
import { ScreenHeader } from '@/components/screen-header';
import { Spinner } from '@/components/spinner';
import { Empty } from '@/components/states';
import { shortTime } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { conversations } from '@/services/queries';
import type { Conversation } from '@/services/types';
import { useLive } from '@/stores/live';
import { ended } from '@/stores/story';
import { space } from '@/theme/tokens';

import { SearchHits } from './search-hits';

export function ConversationList({ large }: { large?: boolean }) {
  const texts = useTexts();
  const router = useRouter();
  const path = usePathname();
  const list = useInfiniteQuery(conversations());
  const [typed, setTyped] = useState('');
  // Typing goes on while the search runs, and only the newest words are looked for.
  const wanted = useDeferredValue(typed.trim());

  return (
    <View style={styles.list}>
      <ScreenHeader title={large ? texts.nav.chat : texts.chat.conversations} large={large}>
        <IconButton icon="edit" label={texts.chat.new} filled={large} onPress={() => router.navigate('/chat/new')} />
      </ScreenHeader>
      <View style={styles.search}>
        <Field plain label={texts.search.label} value={typed} onChangeText={setTyped} inputMode="search" autoCapitalize="none" autoCorrect={false} maxLength={200} />
      </View>
      {wanted.length > 1 ? (
        <SearchHits words={wanted} />
      ) : (
        <PagedList
          label={texts.chat.conversations}
          query={list}
          empty={<Empty icon="message-circle" title={texts.chat.emptyList} lead={texts.chat.emptyListLead} />}
          row={(conversation) => <Row conversation={conversation} selected={path === `/chat/${conversation.id}`} />}
        />
      )}
    </View>
  );
}

function Row({ conversation, selected }: { conversation: Conversation; selected: boolean }) {
  const texts = useTexts();
  const router = useRouter();
  const working = useLive((s) => {
    const run = s.runs[s.newest[conversation.id] ?? ''];
    return run ? !ended(run.state) && run.state !== 'waiting' : false;
  });
  const title = conversation.title || texts.chat.untitled;
  return (
    <ListRow
      label={title}
      title={title}
      detail={working ? texts.chat.working : shortTime(conversation.updated_at, texts)}
      end={working ? <Spinner size={14} /> : null}
      selected={selected}
      onPress={() => router.navigate(`/chat/${conversation.id}`)}
    />
  );
}

const styles = StyleSheet.create({ list: { flex: 1 }, search: { paddingHorizontal: space.l, paddingVertical: space.s } });
