import { useInfiniteQuery, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { ScrollView, StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Segmented } from '@/components/segmented';
import { PagedList } from '@/components/paged-list';
import { Empty, Failure, Loading } from '@/components/states';
import { useTexts } from '@/i18n/texts';
import * as queries from '@/services/queries';
import { addEndpoint } from '@/services/webhooks';
import { useMay } from '@/stores/me';
import { space } from '@/theme/tokens';

import { AdminPage } from './admin-page';
import { DeliveryRow } from './delivery-row';
import { EndpointDialog } from './endpoint-dialog';
import { EndpointPanel } from './endpoint-panel';
import { SecretOnce } from './secret-once';
import { SendingRow } from './sending-row';
import { SourcePanel } from './source-panel';

/** Who may send webhooks and what came of those that were received; who is told by us, and what became of that. */
export function WebhooksScreen() {
  const { webhooks } = useTexts();
  const allowed = useMay('administer');
  const [part, setPart] = useState<'deliveries' | 'sources' | 'sendings' | 'endpoints'>('deliveries');
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  const deliveries = useInfiniteQuery({ ...queries.deliveries(), enabled: allowed });
  const sources = useQuery({ ...queries.sources(), enabled: allowed });
  const sendings = useInfiniteQuery({ ...queries.sendings(), enabled: allowed && part === 'sendings' });
  const endpoints = useQuery({ ...queries.endpoints(), enabled: allowed && part === 'endpoints' });

  if (!allowed) return <Empty icon="lock" title={webhooks.forbidden} lead={webhooks.forbiddenLead} />;
  return (
    <AdminPage page="webhooks" title={webhooks.title}>
      <View style={styles.bar}>
        <Segmented
          label={webhooks.title}
          options={[
            { value: 'deliveries', label: webhooks.deliveries },
            { value: 'sources', label: webhooks.sources },
            { value: 'sendings', label: webhooks.sendings },
            { value: 'endpoints', label: webhooks.endpoints },
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
      ) : part === 'sources' ? (
        <Panels query={sources}>{(items) => items.map((source) => <SourcePanel key={source.name} source={source} />)}</Panels>
      ) : part === 'sendings' ? (
        <View style={styles.list}>
          <PagedList
            label={webhooks.sendings}
            query={sendings}
            empty={<Empty icon="send" title={webhooks.noSendings} lead={webhooks.noSendingsLead} />}
            row={(sending) => <SendingRow sending={sending} />}
          />
        </View>
      ) : (
        <Panels query={endpoints}>
          {(items) => (
            <>
              <View style={styles.bar}>
                <Button kind="primary" icon="plus" label={webhooks.addEndpoint} onPress={() => setAdding(true)} />
              </View>
              {made && <SecretOnce secret={made} />}
              {items.length === 0 && <Empty icon="radio" title={webhooks.noEndpoints} lead={webhooks.noEndpointsLead} />}
              {items.map((endpoint) => (
                <EndpointPanel key={endpoint.id} endpoint={endpoint} />
              ))}
            </>
          )}
        </Panels>
      )}
      {adding && <EndpointDialog onSave={async (endpoint) => setMade(await addEndpoint(endpoint))} onClose={() => setAdding(false)} />}
    </AdminPage>
  );
}

/** The items of a list that has one page, below each other. */
function Panels<T>({ query, children }: { query: UseQueryResult<{ items: T[] }>; children: (items: T[]) => ReactNode }) {
  if (query.data) return <ScrollView contentContainerStyle={styles.panels}>{children(query.data.items)}</ScrollView>;
  return query.isError ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : <Loading />;
}

const styles = StyleSheet.create({
  bar: { flexDirection: 'row' },
  list: { flex: 1 },
  panels: { gap: space.l, paddingBottom: space.xxxl },
});
