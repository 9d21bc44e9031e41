import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Chip } from '@/components/chip';
import { Choice } from '@/components/choice';
import { Dialog } from '@/components/dialog';
import { IconButton } from '@/components/icon-button';
import { PagedList } from '@/components/paged-list';
import { ScreenHeader } from '@/components/screen-header';
import { Empty } from '@/components/states';
import { Text } from '@/components/text';
import { shortTime } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { addDocument, pickDocument, removeDocument } from '@/services/knowledge';
import * as queries from '@/services/queries';
import type { KnowledgeDocument } from '@/services/types';
import type { Picked } from '@/services/uploads';
import { isAdmin, useMe } from '@/stores/me';
import { themed } from '@/theme/theme';
import { space, type Palette } from '@/theme/tokens';

import { AdminSwitch } from './admin-switch';

/** The documents that answers may draw on; those that were added here can be removed here. */
export function KnowledgeScreen() {
  const styles = useStyles();
  const { knowledge } = useTexts();
  const allowed = useMe((s) => isAdmin(s.person));
  const [adding, setAdding] = useState<Picked | null>(null);
  const [removing, setRemoving] = useState<KnowledgeDocument | null>(null);
  const query = useInfiniteQuery({ ...queries.knowledge(), enabled: allowed });

  if (!allowed) return <Empty icon="lock" title={knowledge.forbidden} lead={knowledge.forbiddenLead} />;
  return (
    <View role="main" aria-label={knowledge.title} style={styles.screen}>
      <View style={styles.column}>
        <ScreenHeader title={knowledge.title} large />
        <AdminSwitch page="knowledge" />
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
    </View>
  );
}

function DocumentRow({ document, onRemove }: { document: KnowledgeDocument; onRemove: () => void }) {
  const styles = useStyles();
  const texts = useTexts();
  const { knowledge, departments } = texts;
  const whose = document.department === null ? knowledge.everybody : (departments[document.department] ?? document.department);
  return (
    <View role="listitem" style={styles.row}>
      <View style={styles.words}>
        <Text size="strong" numberOfLines={1}>
          {document.title}
        </Text>
        <Text size="small" tone="soft" numberOfLines={1}>
          {`${document.name} · ${shortTime(document.added_at, texts)}`}
        </Text>
      </View>
      <Chip label={whose} />
      <View style={styles.end}>{document.uploaded && <IconButton icon="trash-2" size={40} label={knowledge.remove(document.title)} onPress={onRemove} />}</View>
    </View>
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

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    screen: { flex: 1, alignItems: 'center', paddingHorizontal: space.l, backgroundColor: c.page },
    column: { flex: 1, width: '100%', maxWidth: 860, gap: space.m },
    bar: { flexDirection: 'row', flexWrap: 'wrap', alignItems: 'center', justifyContent: 'space-between', gap: space.m },
    lead: { flexShrink: 1, minWidth: 240, flexBasis: 320, flexGrow: 1 },
    list: { flex: 1 },
    row: { flexDirection: 'row', alignItems: 'center', gap: space.m, minHeight: 64, paddingVertical: space.s, paddingHorizontal: space.s },
    words: { flex: 1, minWidth: 0, gap: 2 },
    end: { width: 40 },
  }),
);
