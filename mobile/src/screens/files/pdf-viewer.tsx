import { Button } from '@/components/button';
import { Empty } from '@/components/states';
import { useTexts } from '@/i18n/texts';
import type { StoredFile } from '@/services/types';

import { useFileActions } from './file-actions';

/** On a phone a PDF opens in the system's own viewer, which reads, shares and prints it. */
export function PdfViewer({ file }: { file: StoredFile }) {
  const { files } = useTexts();
  const { download } = useFileActions();
  return (
    <Empty icon="file-text" title={file.name} lead={files.openWithLead}>
      <Button kind="primary" icon="external-link" label={files.openWith} onPress={() => void download(file)} />
    </Empty>
  );
}
