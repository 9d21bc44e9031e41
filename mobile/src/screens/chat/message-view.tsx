import * as Clipboard from 'expo-clipboard';
import { memo, useEffect, useState, type ReactNode } from 'react';
import { StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { FileCard } from '@/components/file-card';
import { IconButton } from '@/components/icon-button';
import { Logo } from '@/components/logo';
import { Markdown } from '@/components/markdown';
import { Text } from '@/components/text';
import { useTexts } from '@/i18n/texts';
import { useFileActions } from '@/screens/files/file-actions';
import type { Message } from '@/services/types';
import { themed } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

interface MessageViewProps {
  message: Message;
  /** Takes one of the message's choices; absent when it is too late for that. */
  onChoose?: (choice: string) => void;
  /** Whether more of its text is still to come. */
  writing?: boolean;
}

export const MessageView = memo(function MessageView({ message, onChoose, writing = false }: MessageViewProps) {
  const styles = useStyles();
  const { chat } = useTexts();
  const { open, download } = useFileActions();
  const cards = message.files.map((file) => (
    <FileCard key={file.id} file={file} onOpen={() => open(file)} onDownload={() => void download(file)} />
  ));

  if (message.author === 'person') {
    return (
      <PersonBubble text={message.text}>
        {cards}
      </PersonBubble>
    );
  }
  return (
    <AssistantFrame text={message.text} writing={writing}>
      {cards.length > 0 && <View style={styles.cards}>{cards}</View>}
      {onChoose && message.choices.length > 0 && (
        <View role="group" aria-label={chat.choices} style={styles.choices}>
          {message.choices.map((choice) => (
            <Button key={choice} label={choice} onPress={() => onChoose(choice)} />
          ))}
        </View>
      )}
      {writing ? <View style={[styles.tools, styles.toCome]} /> : message.text !== '' && <CopyButton text={message.text} />}
    </AssistantFrame>
  );
});

export function PersonBubble({ text, children }: { text: string; children?: ReactNode }) {
  const styles = useStyles();
  const { chat } = useTexts();
  return (
    <View role="article" aria-label={chat.you} style={styles.person}>
      <View style={styles.bubble}>
        <Text selectable>{text}</Text>
      </View>
      {children}
    </View>
  );
}

function AssistantFrame({ text, writing, children }: { text: string; writing: boolean; children?: ReactNode }) {
  const styles = useStyles();
  const { chat } = useTexts();
  return (
    <View role="article" aria-label={chat.assistant} aria-busy={writing} style={styles.assistant}>
      <Logo size={28} />
      <View style={styles.answer}>
        <Markdown text={text} writing={writing} />
        {children}
      </View>
    </View>
  );
}

function CopyButton({ text }: { text: string }) {
  const styles = useStyles();
  const { actions } = useTexts();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <View style={styles.tools}>
      <IconButton
        icon={copied ? 'check' : 'copy'}
        label={copied ? actions.copied : actions.copy}
        size={32}
        onPress={() => void Clipboard.setStringAsync(text).then(() => setCopied(true))}
      />
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    person: { alignSelf: 'flex-end', alignItems: 'flex-end', maxWidth: '85%', gap: space.s },
    bubble: { paddingHorizontal: space.l, paddingVertical: 10, borderRadius: 20, borderBottomRightRadius: 6, backgroundColor: c.accentWash },
    assistant: { flexDirection: 'row', gap: space.m },
    answer: { flex: 1, minWidth: 0, gap: space.m, paddingTop: 1 },
    cards: { gap: space.s },
    choices: { flexDirection: 'row', flexWrap: 'wrap', gap: space.s },
    toCome: { height: 32 },
    tools: { flexDirection: 'row', marginLeft: -8, marginTop: -6 },
  }),
);
