import { Empty } from '@/components/states';
import { useTexts } from '@/i18n/texts';
import { useWide } from '@/theme/theme';

import { FileList } from './file-list';

export function FilesHomeScreen() {
  const { files } = useTexts();
  return useWide() ? <Empty icon="file-text" title={files.pick} /> : <FileList large />;
}
