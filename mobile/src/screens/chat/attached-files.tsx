import { StyleSheet, View } from 'react-native';

import { FileTile } from '@/components/file-tile';
import { IconButton } from '@/components/icon-button';
import { Spinner } from '@/components/spinner';
import { Text } from '@/components/text';
import { fileSize } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { useComposer, type Attached } from '@/stores/composer';
import { themed } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

/** The files that go with the next message. */
export function AttachedFiles({ conversationId, files }: { conversationId: string; files: Attached[] }) {
  const styles = useStyles();
  const { chat } = useTexts();
  if (files.length === 0) return null;
  return (
    <View role="list" aria-label={chat.attached} style={styles.list}>
      {files.map((file) => (
        <AttachedFile key={file.key} conversationId={conversationId} attached={file} />
      ))}
    </View>
  );
}

function AttachedFile({ conversationId, attached }: { conversationId: string; attached: Attached }) {
  const styles = useStyles();
  const { chat } = useTexts();
  const take = useComposer((s) => s.take);
  const { key, name, file, problem } = attached;
  return (
    <View role="listitem" aria-label={name} aria-busy={!file && problem === null} style={[styles.chip, problem !== null && styles.bad]}>
      {file ? <FileTile mediaType={file.media_type} /> : problem === null ? <Spinner /> : null}
      <View style={styles.words}>
        <Text size="small" numberOfLines={1}>
          {name}
        </Text>
        {problem !== null ? (
          <Text size="caption" tone="danger" role="alert">
            {problem || chat.notUploaded}
          </Text>
        ) : (
          <Text size="caption" tone="faint">
            {file ? fileSize(file.size) : chat.uploading}
          </Text>
        )}
      </View>
      <IconButton icon="x" label={chat.detach(name)} size={32} onPress={() => take(conversationId, key)} />
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    list: { flexDirection: 'row', flexWrap: 'wrap', gap: space.s },
    chip: {
      flexDirection: 'row',
      alignItems: 'center',
      gap: space.s,
      maxWidth: '100%',
      paddingVertical: 6,
      paddingLeft: space.s,
      paddingRight: space.xs,
      borderRadius: radius.l,
      borderWidth: 1,
      borderColor: c.line,
      backgroundColor: c.raised,
    },
    bad: { borderColor: c.danger },
    words: { flexShrink: 1, minWidth: 0 },
  }),
);
