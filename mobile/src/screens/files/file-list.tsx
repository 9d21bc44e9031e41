import { useInfiniteQuery } from '@tanstack/react-query';
import { usePathname } from 'expo-router';
import { StyleSheet, View } from 'react-native';

import { FileTile } from '@/components/file-tile';
import { ListRow } from '@/components/list-row';
import { PagedList } from '@/components/paged-list';
import { ScreenHeader } from '@/components/screen-header';
import { Empty } from '@/components/states';
import { fileSize, shortTime } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { files } from '@/services/queries';

import { useFileActions } from './file-actions';

export function FileList({ large }: { large?: boolean }) {
  const texts = useTexts();
  const path = usePathname();
  const { open } = useFileActions();
  return (
    <View style={styles.list}>
      <ScreenHeader title={texts.files.title} large={large} />
      <PagedList
        label={texts.files.title}
        query={useInfiniteQuery(files())}
        empty={<Empty icon="folder" title={texts.files.empty} lead={texts.files.emptyLead} />}
        row={(file) => (
          <ListRow
            label={file.name}
            title={file.name}
            detail={[file.created_at && shortTime(file.created_at, texts), fileSize(file.size)].filter(Boolean).join(' · ')}
            start={<FileTile mediaType={file.media_type} />}
            selected={path === `/files/${file.id}`}
            onPress={() => open(file)}
          />
        )}
      />
    </View>
  );
}

const styles = StyleSheet.create({ list: { flex: 1 } });
