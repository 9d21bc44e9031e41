import { useState, type Ref } from 'react';
import { Platform, StyleSheet, TextInput, View, type TextInputKeyPressEvent } from 'react-native';
import { useSafeAreaInsets } from 'react-native-safe-area-context';

import { IconButton } from '@/components/icon-button';
import { Text } from '@/components/text';
import { useTexts } from '@/i18n/texts';
import type { StoredFile } from '@/services/types';
import { attachFiles } from '@/services/uploads';
import { useComposer, type Attached } from '@/stores/composer';
import { sans } from '@/theme/fonts';
import { themed, usePalette, useWide } from '@/theme/theme';
import { radius, space, width, type Palette } from '@/theme/tokens';

import { AttachedFiles } from './attached-files';
import { sends } from './sends';

const LONGEST = 5000;
const MOST_FILES = 10;
const NONE: Attached[] = [];

interface ComposerProps {
  conversationId: string;
  onSend: (text: string, files: StoredFile[]) => void;
  autoFocus?: boolean;
  ref?: Ref<TextInput>;
}

export function Composer({ conversationId, onSend, autoFocus, ref }: ComposerProps) {
  const styles = useStyles();
  const palette = usePalette();
  const { chat } = useTexts();
  const wide = useWide();
  const insets = useSafeAreaInsets();
  const text = useComposer((s) => s.texts[conversationId] ?? '');
  const type = useComposer((s) => s.type);
  const clear = useComposer((s) => s.clear);
  const attached = useComposer((s) => s.files[conversationId] ?? NONE);
  const [focused, setFocused] = useState(false);
  const over = text.length - LONGEST;
  const files = attached.flatMap(({ file }) => file ?? []);
  const ready = text.trim() !== '' && over <= 0 && files.length === attached.length && files.length <= MOST_FILES;

  const send = () => {
    if (!ready) return;
    clear(conversationId);
    onSend(text.trim(), files);
  };
  const press = (event: TextInputKeyPressEvent) => {
    if (Platform.OS !== 'web' || !sends(event.nativeEvent)) return;
    event.preventDefault();
    send();
  };

  return (
    <View style={[styles.place, { paddingBottom: wide ? insets.bottom + space.m : space.m }]}>
      <View style={styles.column}>
        {over > 0 && (
          <Text size="small" tone="danger" role="alert" style={styles.over}>
            {chat.tooLong(over)}
          </Text>
        )}
        <AttachedFiles conversationId={conversationId} files={attached} />
        {attached.length > MOST_FILES && (
          <Text size="small" tone="danger" role="alert" style={styles.over}>
            {chat.tooManyFiles(MOST_FILES)}
          </Text>
        )}
        <View style={[styles.box, focused && styles.focused]}>
          <IconButton icon="paperclip" label={chat.attach} size={40} onPress={() => void attachFiles(conversationId, chat.fileTooLarge)} />
          <TextInput
            ref={ref}
            multiline
            autoFocus={autoFocus && wide}
            numberOfLines={Platform.OS === 'web' ? Math.min(8, text.split('\n').length) : undefined}
            aria-label={chat.placeholder}
            placeholder={chat.placeholder}
            placeholderTextColor={palette.faint}
            selectionColor={palette.accent}
            enterKeyHint={Platform.OS === 'web' ? 'send' : undefined}
            value={text}
            onChangeText={(value) => type(conversationId, value)}
            onKeyPress={press}
            onFocus={() => setFocused(true)}
            onBlur={() => setFocused(false)}
            style={styles.input}
          />
          <IconButton icon="arrow-up" label={chat.send} filled size={40} disabled={!ready} onPress={send} />
        </View>
        {wide && (
          <Text size="caption" tone="faint" style={styles.hint}>
            {chat.hint}
          </Text>
        )}
      </View>
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    place: { alignItems: 'center', paddingHorizontal: space.l, paddingTop: space.xs },
    column: { width: '100%', maxWidth: width.reading, gap: space.s },
    over: { paddingHorizontal: space.l },
    box: {
      flexDirection: 'row',
      alignItems: 'flex-end',
      gap: space.s,
      padding: 7,
      paddingLeft: 7,
      borderRadius: radius.xl + 4,
      borderWidth: 1,
      borderColor: c.edge,
      backgroundColor: c.raised,
      boxShadow: c.shadow,
    },
    focused: { borderColor: c.accent },
    input: { flex: 1, minWidth: 0, maxHeight: 180, paddingVertical: 8, fontSize: 16, lineHeight: 24, fontFamily: sans, color: c.text, textAlignVertical: 'center' },
    hint: { textAlign: 'center' },
  }),
);
