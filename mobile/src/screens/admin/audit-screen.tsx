import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { IconButton } from '@/components/icon-button';
import { PagedList } from '@/components/paged-list';
import { ScreenHeader } from '@/components/screen-header';
import { Empty } from '@/components/states';
import { useTexts } from '@/i18n/texts';
import { asProblem } from '@/services/problem';
import * as queries from '@/services/queries';
import { saveAudit } from '@/services/save-file';
import type { AuditFilter } from '@/services/types';
import { useLive } from '@/stores/live';
import { mayReadAudit, useMe } from '@/stores/me';
import { themed } from '@/theme/theme';
import { space, type Palette } from '@/theme/tokens';

import { AdminSwitch } from './admin-switch';
import { AuditFilterBar } from './audit-filter';
import { AuditRow } from './audit-row';

/** Who did what and when; never what it said. */
export function AuditScreen() {
  const styles = useStyles();
  const { audit, states } = useTexts();
  const allowed = useMe((s) => mayReadAudit(s.person));
  const tell = useLive((s) => s.tell);
  const [filter, setFilter] = useState<AuditFilter>({});
  const [saving, setSaving] = useState(false);
  const query = useInfiniteQuery({ ...queries.audit(filter), enabled: allowed });

  if (!allowed) return <Empty icon="lock" title={audit.forbidden} lead={audit.forbiddenLead} />;

  const download = async () => {
    setSaving(true);
    try {
      await saveAudit(filter);
      await query.refetch();
    } catch (error) {
      const problem = asProblem(error);
      tell(problem.isOffline ? states.offline : problem.detail || states.serverLead);
    }
    setSaving(false);
  };

  return (
    <View role="main" aria-label={audit.title} style={styles.screen}>
      <View style={styles.column}>
        <ScreenHeader title={audit.title} large>
          <IconButton icon="download" label={audit.csv} disabled={saving} onPress={() => void download()} />
        </ScreenHeader>
        <AdminSwitch page="audit" />
        <AuditFilterBar filter={filter} onChange={setFilter} />
        <View style={styles.list}>
          <PagedList
            label={audit.title}
            query={query}
            empty={<Empty icon="list" title={audit.empty} lead={audit.emptyLead} />}
            row={(entry) => <AuditRow entry={entry} />}
          />
        </View>
      </View>
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    screen: { flex: 1, alignItems: 'center', paddingHorizontal: space.l, backgroundColor: c.page },
    column: { flex: 1, width: '100%', maxWidth: 1040, gap: space.m },
    list: { flex: 1, minHeight: 0 },
  }),
);
