import { useQuery } from '@tanstack/react-query';
import { useLocalSearchParams, useRouter } from 'expo-router';
import { useState } from 'react';
import { Platform, StyleSheet, View } from 'react-native';

import { Dialog } from '@/components/dialog';
import { kindOf } from '@/components/file-kind';
import { IconButton } from '@/components/icon-button';
import { ScreenHeader } from '@/components/screen-header';
import { Failure, Loading } from '@/components/states';
import { fileSize, longTime } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { deleteFile } from '@/services/conversations';
import * as queries from '@/services/queries';
import type { StoredFile } from '@/services/types';
import { themed, useWide } from '@/theme/theme';
import type { Palette } from '@/theme/tokens';

import { useFileActions } from './file-actions';
import { ImageViewer } from './image-viewer';
import { NoPreview } from './no-preview';
import { PdfViewer } from './pdf-viewer';
import { TextViewer } from './text-viewer';

export function FileScreen() {
  const styles = useStyles();
  const { id } = useLocalSearchParams<{ id: string }>();
  const texts = useTexts();
  const router = useRouter();
  const wide = useWide();
  const query = useQuery(queries.file(id));
  const { download } = useFileActions();
  const [deleting, setDeleting] = useState(false);
  const file = query.data;
  const back = () => router.dismissTo('/files');

  return (
    <View style={styles.screen}>
      <ScreenHeader
        title={file?.name ?? ''}
        detail={file && [file.created_at && longTime(file.created_at, texts), fileSize(file.size)].filter(Boolean).join(' · ')}
        onBack={wide ? undefined : back}
      >
        {file && (
          <>
            <IconButton
              icon={Platform.OS === 'web' ? 'download' : 'share'}
              label={Platform.OS === 'web' ? texts.actions.download : texts.actions.share}
              onPress={() => void download(file)}
            />
            <IconButton icon="trash-2" label={texts.actions.delete} onPress={() => setDeleting(true)} />
          </>
        )}
      </ScreenHeader>
      {query.isPending ? (
        <Loading />
      ) : file ? (
        <Viewer key={file.id} file={file} />
      ) : (
        <Failure
          error={query.error}
          onRetry={() => void query.refetch()}
          missing={{ title: texts.files.missing, lead: texts.files.missingLead }}
        />
      )}
      {deleting && (
        <Dialog
          title={texts.files.deleteTitle}
          lead={texts.files.deleteLead}
          confirm={texts.actions.delete}
          danger
          onConfirm={async () => {
            await deleteFile(id);
            back();
          }}
          onClose={() => setDeleting(false)}
        />
      )}
    </View>
  );
}

function Viewer({ file }: { file: StoredFile }) {
  switch (kindOf(file.media_type)) {
    case 'pdf':
      return <PdfViewer file={file} />;
    case 'image':
      return <ImageViewer file={file} />;
    case 'table':
    case 'text':
    case 'slides':
      return <TextViewer file={file} />;
    default:
      return <NoPreview file={file} />;
  }
}

const useStyles = themed((c: Palette) => StyleSheet.create({ screen: { flex: 1, backgroundColor: c.page } }));
