import { useRef, useState } from 'react';
import { ScrollView, StyleSheet, View, type NativeScrollEvent, type NativeSyntheticEvent } from 'react-native';

import { Button } from '@/components/button';
import { IconButton } from '@/components/icon-button';
import { useTexts } from '@/i18n/texts';
import { themed } from '@/theme/theme';
import { radius, space, width, type Palette } from '@/theme/tokens';

import type { Entry } from './entries';
import { MessageView } from './message-view';
import { OutgoingView } from './outgoing-view';
import { RunProgress } from './run-progress';

interface ThreadListProps {
  entries: Entry[];
  /** Whether the last message's choices still count. */
  mayChoose: boolean;
  onChoose: (choice: string) => void;
  onEarlier: (() => Promise<unknown>) | null;
  fetchingEarlier: boolean;
}

/** How far from its end the list still counts as read to the end. */
const NEAR = 32;

/** The thread itself. It follows new text while its end is in sight, and stays where it is otherwise. */
export function ThreadList({ entries, mayChoose, onChoose, onEarlier, fetchingEarlier }: ThreadListProps) {
  const styles = useStyles();
  const { chat } = useTexts();
  const list = useRef<ScrollView>(null);
  const place = useRef({ y: 0, height: 0, following: true, sent: '' });
  /** Height before older messages come in above, so that what is read stays in place. */
  const before = useRef<number | null>(null);
  const [away, setAway] = useState(false);
  const last = entries.at(-1);

  const onScroll = ({ nativeEvent: { contentOffset, contentSize, layoutMeasurement } }: NativeSyntheticEvent<NativeScrollEvent>) => {
    const near = contentSize.height - layoutMeasurement.height - contentOffset.y < NEAR;
    // Text that grew since the last scroll takes nobody from the end, only the reader does.
    const following = near || (place.current.following && contentOffset.y >= place.current.y);
    place.current = { ...place.current, y: contentOffset.y, following };
    setAway(!following);
  };
  const onGrow = (_width: number, height: number) => {
    place.current.height = height;
    const sent = last?.kind === 'outgoing' ? last.key : '';
    if (before.current !== null && height > before.current) {
      list.current?.scrollTo({ y: place.current.y + height - before.current, animated: false });
      before.current = null;
    } else if (place.current.following || (sent && sent !== place.current.sent)) {
      list.current?.scrollToEnd({ animated: false });
    }
    place.current.sent = sent;
  };
  const earlier = () => {
    before.current = place.current.height;
    void onEarlier?.();
  };

  return (
    <View style={styles.frame}>
      <ScrollView
        ref={list}
        role="log"
        aria-label={chat.thread}
        onScroll={onScroll}
        scrollEventThrottle={32}
        onContentSizeChange={onGrow}
        onLayout={() => place.current.following && list.current?.scrollToEnd({ animated: false })}
        keyboardDismissMode="interactive"
        keyboardShouldPersistTaps="handled"
        contentContainerStyle={styles.content}
      >
        <View style={styles.column}>
          {onEarlier && (
            <View style={styles.earlier}>
              <Button kind="quiet" label={chat.earlier} busy={fetchingEarlier} onPress={earlier} />
            </View>
          )}
          {entries.map((entry) => (
            <EntryView key={entry.key} entry={entry} onChoose={mayChoose && entry === last ? onChoose : undefined} />
          ))}
        </View>
      </ScrollView>
      {away && (
        <View style={styles.jump} pointerEvents="box-none">
          <View style={styles.jumpBox}>
            <IconButton icon="arrow-down" size={40} label={chat.toEnd} onPress={() => list.current?.scrollToEnd({ animated: true })} />
          </View>
        </View>
      )}
    </View>
  );
}

function EntryView({ entry, onChoose }: { entry: Entry; onChoose?: (choice: string) => void }) {
  switch (entry.kind) {
    case 'message':
      return <MessageView message={entry.message} writing={entry.writing} onChoose={onChoose} />;
    case 'progress':
      return <RunProgress runId={entry.runId} answered={entry.answered} />;
    case 'outgoing':
      return <OutgoingView outgoing={entry.outgoing} />;
  }
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    frame: { flex: 1, minHeight: 0 },
    content: { flexGrow: 1, alignItems: 'center', paddingHorizontal: space.l, paddingTop: space.xl, paddingBottom: space.l },
    column: { width: '100%', maxWidth: width.reading, gap: space.xl },
    earlier: { alignItems: 'center' },
    jump: { position: 'absolute', left: 0, right: 0, bottom: space.s, alignItems: 'center' },
    jumpBox: { borderRadius: radius.full, backgroundColor: c.raised, borderWidth: 1, borderColor: c.line, boxShadow: c.shadow },
  }),
);
