import { useQuery } from '@tanstack/react-query';
import { useRouter } from 'expo-router';
import { useRef, useState } from 'react';
import { KeyboardAvoidingView, Pressable, ScrollView, StyleSheet, View, type TextInput } from 'react-native';

import { Icon } from '@/components/icon';
import { Logo } from '@/components/logo';
import { ScreenHeader } from '@/components/screen-header';
import { Text } from '@/components/text';
import { useTexts } from '@/i18n/texts';
import { sendMessage, startConversation } from '@/services/conversations';
import { asProblem } from '@/services/problem';
import { skills } from '@/services/queries';
import type { Skill, StoredFile } from '@/services/types';
import { useComposer } from '@/stores/composer';
import { usePreferences } from '@/stores/preferences';
import { themed, useWide, type Pressing } from '@/theme/theme';
import { radius, space, width, type Palette } from '@/theme/tokens';

import { Composer } from './composer';

const MOST = 4;
const NEW = 'new';

/** Examples of all skills in turn, so that each is seen. */
export function suggestionsOf(known: Skill[]): string[] {
  const rounds = Math.max(0, ...known.map((skill) => skill.examples.length));
  const all = Array.from({ length: rounds }, (_, round) => known.flatMap((skill) => skill.examples[round] ?? []));
  return all.flat().slice(0, MOST);
}

/** A conversation that begins with its first message. */
export function NewThread() {
  const styles = useStyles();
  const { chat, states } = useTexts();
  const router = useRouter();
  const wide = useWide();
  const language = usePreferences((s) => s.language);
  const type = useComposer((s) => s.type);
  const put = useComposer((s) => s.put);
  const composer = useRef<TextInput>(null);
  const known = useQuery(skills(language));
  const [failure, setFailure] = useState<string | null>(null);

  const send = async (text: string, files: StoredFile[]) => {
    setFailure(null);
    try {
      const { id } = await startConversation();
      void sendMessage(id, text, files);
      router.replace(`/chat/${id}`);
    } catch (error) {
      type(NEW, text);
      for (const file of files) put(NEW, { key: file.id, name: file.name, file, problem: null });
      const problem = asProblem(error);
      setFailure(problem.isOffline ? chat.notSentOffline : `${chat.notSent} ${problem.detail || states.serverLead}`);
    }
  };
  const suggest = (text: string) => {
    type(NEW, text);
    composer.current?.focus();
  };

  return (
    <KeyboardAvoidingView behavior="padding" style={styles.screen}>
      {!wide && <ScreenHeader title={chat.new} onBack={() => router.dismissTo('/chat')} />}
      <ScrollView role="main" keyboardShouldPersistTaps="handled" contentContainerStyle={styles.content}>
        <View style={styles.column}>
          <Logo size={52} />
          <View style={styles.head}>
            <Text size="display" role="heading" aria-level={1}>
              {chat.greeting}
            </Text>
            <Text tone="soft">{chat.greetingLead}</Text>
          </View>
          <View role="list" aria-label={chat.suggestions} style={styles.cards}>
            {suggestionsOf(known.data?.items ?? []).map((text) => (
              <View key={text} role="listitem" style={[styles.slot, wide && styles.half]}>
                <Pressable
                  role="button"
                  aria-label={text}
                  onPress={() => suggest(text)}
                  style={({ hovered, pressed }: Pressing) => [styles.card, (hovered || pressed) && styles.hover]}
                >
                  <Text size="small" style={styles.words}>
                    {text}
                  </Text>
                  <Icon name="arrow-up-right" size={16} tone="faint" />
                </Pressable>
              </View>
            ))}
          </View>
        </View>
      </ScrollView>
      {failure && (
        <Text size="small" tone="danger" role="alert" style={styles.failure}>
          {failure}
        </Text>
      )}
      <Composer ref={composer} conversationId={NEW} autoFocus onSend={(text, files) => void send(text, files)} />
    </KeyboardAvoidingView>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    screen: { flex: 1, backgroundColor: c.page },
    content: { flexGrow: 1, alignItems: 'center', justifyContent: 'center', padding: space.l },
    column: { width: '100%', maxWidth: width.reading, gap: space.xl },
    head: { gap: space.xs },
    cards: { flexDirection: 'row', flexWrap: 'wrap', marginHorizontal: -6, rowGap: space.m },
    slot: { width: '100%', paddingHorizontal: 6 },
    half: { width: '50%' },
    card: {
      flexGrow: 1,
      flexDirection: 'row',
      alignItems: 'flex-start',
      gap: space.s,
      minHeight: 60,
      padding: space.l,
      borderRadius: radius.l,
      borderWidth: 1,
      borderColor: c.line,
      backgroundColor: c.raised,
    },
    hover: { borderColor: c.accent, backgroundColor: c.accentWash },
    words: { flex: 1 },
    failure: { textAlign: 'center', paddingHorizontal: space.l, paddingBottom: space.s },
  }),
);
