import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { IconButton } from '@/components/icon-button';
import { PagedList } from '@/components/paged-list';
import { Empty } from '@/components/states';
import { useTexts } from '@/i18n/texts';
import * as queries from '@/services/queries';
import { saveAudit } from '@/services/save-file';
import type { AuditFilter } from '@/services/types';
import { useMay } from '@/stores/me';

import { AdminPage } from './admin-page';
import { AuditFilterBar } from './audit-filter';
import { AuditRow } from './audit-row';
import { useDownload } from './use-download';

/** Who did what and when; never what it said. */
export function AuditScreen() {
  const { audit } = useTexts();
  const allowed = useMay('read_audit');
  const [filter, setFilter] = useState<AuditFilter>({});
  const query = useInfiniteQuery({ ...queries.audit(filter), enabled: allowed });
  const { saving, download } = useDownload(async () => {
    await saveAudit(filter);
    await query.refetch();
  });

  if (!allowed) return <Empty icon="lock" title={audit.forbidden} lead={audit.forbiddenLead} />;

  return (
    <AdminPage
      page="audit"
      title={audit.title}
      control={<IconButton icon="download" label={audit.csv} disabled={saving} onPress={() => void download()} />}
      broad
    >
      <AuditFilterBar filter={filter} onChange={setFilter} />
      <View style={styles.list}>
        <PagedList
          label={audit.title}
          query={query}
          empty={<Empty icon="list" title={audit.empty} lead={audit.emptyLead} />}
          row={(entry) => <AuditRow entry={entry} />}
        />
      </View>
    </AdminPage>
  );
}

const styles = StyleSheet.create({ list: { flex: 1, minHeight: 0 } });
