import { useQuery } from '@tanstack/react-query';
import { useLocalSearchParams } from 'expo-router';
import { useState } from 'react';
import { ScrollView, StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Chip } from '@/components/chip';
import { Dialog } from '@/components/dialog';
import { Fact } from '@/components/fact';
import { FormError } from '@/components/form-error';
import { Empty, Failure, Loading } from '@/components/states';
import { Text } from '@/components/text';
import { useAttempt } from '@/components/use-attempt';
import { longTime } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { signInAccount, signOutAccount } from '@/services/microsoft';
import { shownTo } from '@/services/payload';
import * as queries from '@/services/queries';
import type { ServiceAccount } from '@/services/types';
import { useMay } from '@/stores/me';
import { space } from '@/theme/tokens';

import { AdminPage } from './admin-page';
import { Panel } from './panel';

/** The account that posts in Teams, and where. */
export function MicrosoftScreen() {
  const { microsoft } = useTexts();
  const allowed = useMay('administer');
  const account = useQuery({ ...queries.serviceAccount(), enabled: allowed });

  if (!allowed) return <Empty icon="lock" title={microsoft.forbidden} lead={microsoft.forbiddenLead} />;
  return (
    <AdminPage page="microsoft" title={microsoft.title}>
      {account.data ? (
        <ScrollView contentContainerStyle={styles.panels}>
          <AccountPanel account={account.data} />
          <Panel title={microsoft.channels} lead={microsoft.channelsLead}>
            <View style={styles.chips}>
              {account.data.channels.map((channel) => (
                <Chip key={channel} label={shownTo(channel)} />
              ))}
            </View>
          </Panel>
        </ScrollView>
      ) : account.isError ? (
        <Failure error={account.error} onRetry={() => void account.refetch()} />
      ) : (
        <Loading />
      )}
    </AdminPage>
  );
}

function AccountPanel({ account }: { account: ServiceAccount }) {
  const texts = useTexts();
  const { microsoft } = texts;
  const { sign_in } = useLocalSearchParams<{ sign_in?: string }>();
  const [asking, setAsking] = useState(false);
  const { busy, refusal, attempt } = useAttempt(signInAccount);
  const failure = refusal ?? (sign_in === 'failed' ? microsoft.failed : null);
  return (
    <Panel title={microsoft.account} lead={account.tenant ? microsoft.accountLead : microsoft.standIn}>
      <Fact label={microsoft.state}>
        <View style={styles.chips}>
          <Chip label={account.connected ? microsoft.signedIn : microsoft.signedOut} tone={account.connected ? 'good' : 'coral'} />
        </View>
      </Fact>
      {account.connected_by && account.connected_at && (
        <Fact label={microsoft.by}>
          <Text size="small">{microsoft.byAt(account.connected_by, longTime(account.connected_at, texts))}</Text>
        </Fact>
      )}
      <FormError text={failure} />
      {account.tenant && (
        <View style={styles.chips}>
          <Button kind={account.connected ? undefined : 'primary'} icon="log-in" label={account.connected ? microsoft.signInAnother : microsoft.signIn} busy={busy} onPress={() => void attempt()} />
          {account.connected && <Button kind="quiet" icon="log-out" label={microsoft.signOut} onPress={() => setAsking(true)} />}
        </View>
      )}
      {asking && (
        <Dialog title={microsoft.signOut} lead={microsoft.signOutLead} confirm={microsoft.signOut} onConfirm={signOutAccount} onClose={() => setAsking(false)} />
      )}
    </Panel>
  );
}

const styles = StyleSheet.create({
  panels: { gap: space.l, paddingBottom: space.xxxl },
  chips: { flexDirection: 'row', flexWrap: 'wrap', gap: space.s },
});
