import { Pressable, StyleSheet, View } from 'react-native';

import { fileSize } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import type { StoredFile } from '@/services/types';
import { themed, type Pressing } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

import { kindOf } from './file-kind';
import { FileTile } from './file-tile';
import { IconButton } from './icon-button';
import { Text } from './text';

interface FileCardProps {
  file: StoredFile;
  onOpen: () => void;
  onDownload: () => void;
}

/** A file in a message or mail: opens on a press, and can be downloaded at once. */
export function FileCard({ file, onOpen, onDownload }: FileCardProps) {
  const styles = useStyles();
  const { actions, files } = useTexts();
  return (
    <View style={styles.card}>
      <Pressable
        role="link"
        aria-label={`${actions.open} ${file.name}`}
        onPress={onOpen}
        style={({ hovered, pressed }: Pressing) => [styles.open, (hovered || pressed) && styles.hover]}
      >
        <FileTile mediaType={file.media_type} />
        <View style={styles.words}>
          <Text size="strong" numberOfLines={2}>
            {file.name}
          </Text>
          <Text size="caption" tone="soft">
            {files.kinds[kindOf(file.media_type)]} · {fileSize(file.size)}
          </Text>
        </View>
      </Pressable>
      <IconButton icon="download" label={`${actions.download} ${file.name}`} onPress={onDownload} />
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    card: {
      flexDirection: 'row',
      alignItems: 'center',
      alignSelf: 'stretch',
      maxWidth: 460,
      paddingRight: 6,
      borderRadius: radius.l,
      borderWidth: 1,
      borderColor: c.line,
      backgroundColor: c.raised,
      boxShadow: c.shadow,
    },
    open: { flex: 1, minWidth: 0, flexDirection: 'row', alignItems: 'center', gap: space.m, padding: space.m, borderRadius: radius.l },
    hover: { opacity: 0.75 },
    words: { flex: 1, minWidth: 0, gap: 1 },
  }),
);
