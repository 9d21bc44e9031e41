import { StyleSheet, View } from 'react-native';

import { themed } from '@/theme/theme';
import { radius, type Palette } from '@/theme/tokens';

import { kindOf, type FileKind } from './file-kind';
import { Icon, type IconName } from './icon';

const icons: Record<FileKind, IconName> = {
  pdf: 'file-text',
  image: 'image',
  table: 'grid',
  text: 'align-left',
  slides: 'monitor',
  other: 'file',
};

export function FileTile({ mediaType }: { mediaType: string }) {
  const styles = useStyles();
  const kind = kindOf(mediaType);
  return (
    <View style={[styles.tile, kind === 'pdf' && styles.coral]}>
      <Icon name={icons[kind]} size={20} tone={kind === 'pdf' ? 'coralText' : 'accentText'} />
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    tile: { width: 42, height: 42, borderRadius: radius.m, alignItems: 'center', justifyContent: 'center', backgroundColor: c.accentWash, flexShrink: 0 },
    coral: { backgroundColor: c.coralWash },
  }),
);
