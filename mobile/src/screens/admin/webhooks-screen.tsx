import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ScrollView, StyleSheet, View } from 'react-native';

import { Segmented } from '@/components/segmented';
import { PagedList } from '@/components/paged-list';
import { ScreenHeader } from '@/components/screen-header';
import { Empty, Failure, Loading } from '@/components/states';
import { useTexts } from '@/i18n/texts';
import * as queries from '@/services/queries';
import { isAdmin, useMe } from '@/stores/me';
import { themed } from '@/theme/theme';
import { space, type Palette } from '@/theme/tokens';

import { AdminSwitch } from './admin-switch';
import { DeliveryRow } from './delivery-row';
import { SourcePanel } from './source-panel';

/** Who may send webhooks, and what came of those that were received. */
export function WebhooksScreen() {
  const styles = useStyles();
  const { webhooks } = useTexts();
  const allowed = useMe((s) => isAdmin(s.person));
  const [part, setPart] = useState<'deliveries' | 'sources'>('deliveries');
  const deliveries = useInfiniteQuery({ ...queries.deliveries(), enabled: allowed });
  const sources = useQuery({ ...queries.sources(), enabled: allowed });

  if (!allowed) return <Empty icon="lock" title={webhooks.forbidden} lead={webhooks.forbiddenLead} />;
  return (
    <View role="main" aria-label={webhooks.title} style={styles.screen}>
      <View style={styles.column}>
        <ScreenHeader title={webhooks.title} large />
        <AdminSwitch page="webhooks" />
        <View style={styles.bar}>
          <Segmented
            label={webhooks.title}
            options={[
              { value: 'deliveries', label: webhooks.deliveries },
              { value: 'sources', label: webhooks.sources },
            ]}
            value={part}
            onChange={setPart}
          />
        </View>
        {part === 'deliveries' ? (
          <View style={styles.list}>
            <PagedList
              label={webhooks.deliveries}
              query={deliveries}
              empty={<Empty icon="inbox" title={webhooks.empty} lead={webhooks.emptyLead} />}
              row={(delivery) => <DeliveryRow delivery={delivery} />}
            />
          </View>
        ) : sources.data ? (
          <ScrollView contentContainerStyle={styles.panels}>
            {sources.data.items.map((source) => (
              <SourcePanel key={source.name} source={source} />
            ))}
          </ScrollView>
        ) : sources.isError ? (
          <Failure error={sources.error} onRetry={() => void sources.refetch()} />
        ) : (
          <Loading />
        )}
      </View>
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    screen: { flex: 1, alignItems: 'center', paddingHorizontal: space.l, backgroundColor: c.page },
    column: { flex: 1, width: '100%', maxWidth: 860, gap: space.m },
    bar: { flexDirection: 'row' },
    list: { flex: 1 },
    panels: { gap: space.l, paddingBottom: space.xxxl },
  }),
);
