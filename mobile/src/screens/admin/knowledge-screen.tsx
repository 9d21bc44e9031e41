import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Chip } from '@/components/chip';
import { Choice } from '@/components/choice';
import { Dialog } from '@/components/dialog';
import { IconButton } from '@/components/icon-button';
import { PagedList } from '@/components/paged-list';
import { Empty } from '@/components/states';
import { Text } from '@/components/text';
import { shortTime } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { addDocument, pickDocument, removeDocument } from '@/services/knowledge';
import * as queries from '@/services/queries';
import type { KnowledgeDocument } from '@/services/types';
import type { Picked } from '@/services/uploads';
import { useMay } from '@/stores/me';
import { space } from '@/theme/tokens';

import { AdminPage } from './admin-page';
import { ItemRow } from './item-row';

/** The documents that answers may draw on; those that were added here can be removed here. */
export function KnowledgeScreen() {
  const { knowledge } = useTexts();
  const allowed = useMay('administer');
  const [adding, setAdding] = useState<Picked | null>(null);
  const [removing, setRemoving] = useState<KnowledgeDocument | null>(null);
  const query = useInfiniteQuery({ ...queries.knowledge(), enabled: allowed });

  if (!allowed) return <Empty icon="lock" title={knowledge.forbidden} lead={knowledge.forbiddenLead} />;
  return (
    <AdminPage page="knowledge" title={knowledge.title}>
      <View style={styles.bar}>
        <Text size="small" tone="soft" style={styles.lead}>
          {knowledge.lead}
        </Text>
        <Button icon="plus" label={knowledge.add} onPress={() => void pickDocument().then(setAdding)} />
      </View>
      <View style={styles.list}>
        <PagedList
          label={knowledge.title}
          query={query}
          empty={<Empty icon="book-open" title={knowledge.empty} lead={knowledge.emptyLead} />}
          row={(document) => <DocumentRow document={document} onRemove={() => setRemoving(document)} />}
        />
      </View>
      {adding && <AddDialog document={adding} onClose={() => setAdding(null)} />}
      {removing && (
        <Dialog
          title={knowledge.remove(removing.title)}
          lead={knowledge.removeLead}
          confirm={knowledge.removeNow}
          danger
          onConfirm={() => removeDocument(removing.id)}
          onClose={() => setRemoving(null)}
        />
      )}
    </AdminPage>
  );
}

function DocumentRow({ document, onRemove }: { document: KnowledgeDocument; onRemove: () => void }) {
  const texts = useTexts();
  const { knowledge, departments } = texts;
  const whose = document.department === null ? knowledge.everybody : (departments[document.department] ?? document.department);
  return (
    <ItemRow
      title={document.title}
      detail={`${document.name} · ${shortTime(document.added_at, texts)}`}
      chip={<Chip label={whose} />}
      action={document.uploaded && <IconButton icon="trash-2" size={40} label={knowledge.remove(document.title)} onPress={onRemove} />}
    />
  );
}

function AddDialog({ document, onClose }: { document: Picked; onClose: () => void }) {
  const { knowledge, departments, actions } = useTexts();
  const [department, setDepartment] = useState('');
  const options = [{ value: '', label: knowledge.everybody }, ...Object.entries(departments).map(([value, label]) => ({ value, label }))];
  return (
    <Dialog title={knowledge.add} lead={document.name} confirm={actions.save} onConfirm={() => addDocument(document, department)} onClose={onClose}>
      <Choice label={knowledge.whose} options={options} value={department} onChange={setDepartment} hint={knowledge.whoseHint} />
    </Dialog>
  );
}

const styles = StyleSheet.create({
  bar: { flexDirection: 'row', flexWrap: 'wrap', alignItems: 'center', justifyContent: 'space-between', gap: space.m },
  lead: { flexShrink: 1, minWidth: 240, flexBasis: 320, flexGrow: 1 },
  list: { flex: 1 },
});
