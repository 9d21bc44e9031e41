import { useQuery } from '@tanstack/react-query';
import { useLocalSearchParams } from 'expo-router';
import { useState } from 'react';
import { ScrollView, StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Chip } from '@/components/chip';
import { Dialog } from '@/components/dialog';
import { Fact } from '@/components/fact';
import { ScreenHeader } from '@/components/screen-header';
import { Empty, Failure, Loading } from '@/components/states';
import { Text } from '@/components/text';
import { longTime } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { signInAccount, signOutAccount } from '@/services/microsoft';
import { shownTo } from '@/services/payload';
import { asProblem } from '@/services/problem';
import * as queries from '@/services/queries';
import type { ServiceAccount } from '@/services/types';
import { isAdmin, useMe } from '@/stores/me';
import { themed } from '@/theme/theme';
import { space, type Palette } from '@/theme/tokens';

import { AdminSwitch } from './admin-switch';
import { Panel } from './panel';

/** The account that posts in Teams, and where. */
export function MicrosoftScreen() {
  const styles = useStyles();
  const { microsoft } = useTexts();
  const allowed = useMe((s) => isAdmin(s.person));
  const account = useQuery({ ...queries.serviceAccount(), enabled: allowed });

  if (!allowed) return <Empty icon="lock" title={microsoft.forbidden} lead={microsoft.forbiddenLead} />;
  return (
    <View role="main" aria-label={microsoft.title} style={styles.screen}>
      <View style={styles.column}>
        <ScreenHeader title={microsoft.title} large />
        <AdminSwitch page="microsoft" />
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
      </View>
    </View>
  );
}

function AccountPanel({ account }: { account: ServiceAccount }) {
  const styles = useStyles();
  const texts = useTexts();
  const { microsoft, states } = texts;
  const { sign_in } = useLocalSearchParams<{ sign_in?: string }>();
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const signIn = async () => {
    setBusy(true);
    setRefusal(null);
    try {
      await signInAccount();
    } catch (error) {
      const problem = asProblem(error);
      setRefusal(problem.isOffline ? states.offlineLead : problem.detail || states.serverLead);
      setBusy(false);
    }
  };
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
      {failure && (
        <Text size="small" tone="danger" role="alert">
          {failure}
        </Text>
      )}
      {account.tenant && (
        <View style={styles.chips}>
          <Button kind={account.connected ? undefined : 'primary'} icon="log-in" label={account.connected ? microsoft.signInAnother : microsoft.signIn} busy={busy} onPress={() => void signIn()} />
          {account.connected && <Button kind="quiet" icon="log-out" label={microsoft.signOut} onPress={() => setAsking(true)} />}
        </View>
      )}
      {asking && (
        <Dialog title={microsoft.signOut} lead={microsoft.signOutLead} confirm={microsoft.signOut} onConfirm={signOutAccount} onClose={() => setAsking(false)} />
      )}
    </Panel>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    screen: { flex: 1, alignItems: 'center', paddingHorizontal: space.l, backgroundColor: c.page },
    column: { flex: 1, width: '100%', maxWidth: 860, gap: space.m },
    panels: { gap: space.l, paddingBottom: space.xxxl },
    chips: { flexDirection: 'row', flexWrap: 'wrap', gap: space.s },
  }),
);
