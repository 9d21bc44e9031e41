import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useRouter } from 'expo-router';
import { useDeferredValue, useMemo, useState } from 'react';
import { KeyboardAvoidingView, StyleSheet } from 'react-native';
import { useShallow } from 'zustand/react/shallow';

import { IconButton } from '@/components/icon-button';
import { ScreenHeader } from '@/components/screen-header';
import { Failure, Loading } from '@/components/states';
import { useTexts } from '@/i18n/texts';
import { ApprovalCards } from '@/screens/approvals/approval-card';
import { sendMessage } from '@/services/conversations';
import * as queries from '@/services/queries';
import { useLive } from '@/stores/live';
import { useOutgoing } from '@/stores/outgoing';
import { themed, useWide } from '@/theme/theme';
import type { Palette } from '@/theme/tokens';

import { Composer } from './composer';
import { DeleteDialog, RenameDialog } from './conversation-dialogs';
import { entriesOf } from './entries';
import { ThreadList } from './thread-list';
import { useDrafts, useRun } from './use-run';

/** One conversation: what was said, what is being done, and the composer. */
export function Thread({ id }: { id: string }) {
  const styles = useStyles();
  const { chat, actions } = useTexts();
  const router = useRouter();
  const wide = useWide();
  const conversation = useQuery(queries.conversation(id));
  const stored = useInfiniteQuery(queries.messages(id));
  const [asking, setAsking] = useState<'rename' | 'delete' | null>(null);

  const messages = useMemo(() => stored.data?.pages.flatMap((page) => page.items) ?? [], [stored.data]);
  const outgoing = useOutgoing(useShallow((s) => s.messages.filter((message) => message.conversation_id === id)));
  const newestId = useLive((s) => s.newest[id]) ?? messages.find((message) => message.run_id)?.run_id ?? null;
  const { state } = useRun(newestId);
  const drafts = useDeferredValue(useDrafts(id, newestId));
  const entries = useMemo(
    () => entriesOf({ messages, drafts, outgoing, newest: newestId && state ? { id: newestId, state } : null }),
    [messages, drafts, outgoing, newestId, state],
  );

  const title = conversation.data?.title || chat.untitled;
  const back = () => router.dismissTo('/chat');
  const failed = (stored.isError && !stored.data && stored) || (conversation.isError && !conversation.data && conversation);

  return (
    <KeyboardAvoidingView behavior="padding" style={styles.screen}>
      <ScreenHeader title={conversation.data ? title : ''} onBack={wide ? undefined : back}>
        {conversation.data && (
          <>
            <IconButton icon="edit-2" label={actions.rename} size={40} onPress={() => setAsking('rename')} />
            <IconButton icon="trash-2" label={actions.delete} size={40} onPress={() => setAsking('delete')} />
          </>
        )}
      </ScreenHeader>
      {failed ? (
        <Failure error={failed.error} onRetry={() => void failed.refetch()} missing={{ title: chat.missing, lead: chat.missingLead }} />
      ) : stored.isPending ? (
        <Loading />
      ) : (
        <>
          <ThreadList
            entries={entries}
            mayChoose={state !== 'queued' && state !== 'running'}
            onChoose={(choice) => void sendMessage(id, choice)}
            onEarlier={stored.hasNextPage ? () => stored.fetchNextPage() : null}
            fetchingEarlier={stored.isFetchingNextPage}
          />
          <ApprovalCards conversationId={id} />
          <Composer conversationId={id} autoFocus onSend={(text, files) => void sendMessage(id, text, files)} />
        </>
      )}
      {asking === 'rename' && <RenameDialog id={id} title={conversation.data?.title ?? ''} onClose={() => setAsking(null)} />}
      {asking === 'delete' && <DeleteDialog id={id} onDeleted={back} onClose={() => setAsking(null)} />}
    </KeyboardAvoidingView>
  );
}

const useStyles = themed((c: Palette) => StyleSheet.create({ screen: { flex: 1, backgroundColor: c.page } }));
