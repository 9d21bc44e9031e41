import { ListDetail } from '@/components/list-detail';
import { Section } from '@/screens/shell/section';

import { FileList } from './file-list';

export function FilesSection() {
  return (
    <ListDetail list={<FileList />}>
      <Section />
    </ListDetail>
  );
}
