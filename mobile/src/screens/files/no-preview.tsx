import { Platform } from 'react-native';

import { Button } from '@/components/button';
import { Empty } from '@/components/states';
import { useTexts } from '@/i18n/texts';
import type { StoredFile } from '@/services/types';

import { useFileActions } from './file-actions';

export function NoPreview({ file, title, lead }: { file: StoredFile; title?: string; lead?: string }) {
  const { files, actions } = useTexts();
  const { download } = useFileActions();
  const web = Platform.OS === 'web';
  return (
    <Empty icon="file" title={title ?? files.noPreview} lead={lead}>
      <Button kind="primary" icon={web ? 'download' : 'share'} label={web ? actions.download : actions.share} onPress={() => void download(file)} />
    </Empty>
  );
}
