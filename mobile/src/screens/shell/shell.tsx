import { useQuery } from '@tanstack/react-query';
import * as Linking from 'expo-linking';
import { Redirect, usePathname } from 'expo-router';
import { TabList, Tabs, TabSlot, TabTrigger } from 'expo-router/ui';
import { useEffect, useState } from 'react';
import { StyleSheet, View } from 'react-native';
import { useSafeAreaInsets } from 'react-native-safe-area-context';

import { Button } from '@/components/button';
import { Logo } from '@/components/logo';
import { Empty, Loading } from '@/components/states';
import { useTexts } from '@/i18n/texts';
import { restoreSession } from '@/services/auth';
import { useLiveUpdates } from '@/services/live-updates';
import { useNotifications } from '@/services/notifications';
import * as queries from '@/services/queries';
import { useMay, useMe } from '@/stores/me';
import { themed, useWide } from '@/theme/theme';
import { space, width, type Palette } from '@/theme/tokens';

import { Banners } from './banners';
import { NavItem } from './nav-item';
import { useTitle } from './title';

/** Where the link that opened the app leads. The router doesn't know before these pages are there. */
function firstPlace(): string {
  const link = Linking.getLinkingURL();
  const path = link ? Linking.parse(link).path : null;
  return path ? `/${path}` : '/chat';
}

/** The way around the app, for those who are signed in. */
export function Shell() {
  const state = useMe((s) => s.state);
  const styles = useStyles();
  const { login, actions } = useTexts();
  const path = usePathname();
  const [place, setPlace] = useState(firstPlace);
  useLiveUpdates();
  useTitle(path);
  useEffect(() => {
    if (state === 'signed-in') setPlace(path === '/settings' ? '/chat' : path);
  }, [state, path]);

  if (state === 'signed-out') return <Redirect href={{ pathname: '/login', params: { next: place } }} />;
  if (state === 'signed-in') return <SignedIn />;
  return (
    <View style={styles.screen}>
      {state === 'restoring' ? (
        <Loading />
      ) : (
        <Empty icon="wifi-off" title={login.unreachable} lead={login.unreachableLead}>
          <Button label={actions.retry} icon="refresh-cw" onPress={() => void restoreSession()} />
        </Empty>
      )}
    </View>
  );
}

function SignedIn() {
  const styles = useStyles();
  const { nav } = useTexts();
  const insets = useSafeAreaInsets();
  const wide = useWide();
  const admin = useMay('administer');
  const waiting = useQuery(queries.waiting()).data?.items.filter((approval) => approval.may_decide).length ?? 0;
  const auditor = useMay('read_audit');
  const scheduler = useMay('schedules');
  useNotifications();
  const side = { paddingTop: insets.top + space.l, paddingBottom: insets.bottom + space.m, paddingLeft: insets.left };
  const bottom = { paddingBottom: insets.bottom };

  return (
    <Tabs style={[styles.screen, wide ? styles.row : styles.column]}>
      <TabList role="navigation" aria-label={nav.label} style={wide ? [styles.rail, side] : [styles.bar, bottom]}>
        {wide && (
          <View style={styles.brand}>
            <Logo size={40} />
          </View>
        )}
        <TabTrigger name="chat" href="/chat" asChild>
          <NavItem icon="message-circle" label={nav.chat} wide={wide} />
        </TabTrigger>
        <TabTrigger name="approvals" href="/approvals" asChild>
          <NavItem icon="check-circle" label={nav.approvals} wide={wide} waiting={waiting} />
        </TabTrigger>
        <TabTrigger name="files" href="/files" asChild>
          <NavItem icon="folder" label={nav.files} wide={wide} />
        </TabTrigger>
        <TabTrigger name="outbox" href="/outbox" asChild>
          <NavItem icon="send" label={nav.outbox} wide={wide} />
        </TabTrigger>
        {scheduler && (
          <TabTrigger name="schedules" href="/schedules" asChild>
            <NavItem icon="clock" label={nav.schedules} wide={wide} />
          </TabTrigger>
        )}
        {auditor && (
          <TabTrigger name="admin" href={admin ? '/admin/usage' : '/admin/audit'} asChild>
            <NavItem icon="bar-chart-2" label={nav.admin} wide={wide} />
          </TabTrigger>
        )}
        <TabTrigger name="settings" href="/settings" asChild>
          <NavItem icon="settings" label={nav.settings} wide={wide} />
        </TabTrigger>
      </TabList>
      <View style={[styles.content, !wide && { paddingTop: insets.top }]}>
        <Banners />
        <TabSlot style={styles.slot} />
      </View>
    </Tabs>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    screen: { flex: 1, backgroundColor: c.page },
    row: { flexDirection: 'row' },
    column: { flexDirection: 'column-reverse' },
    rail: {
      width: width.rail,
      flexDirection: 'column',
      alignItems: 'stretch',
      justifyContent: 'flex-start',
      gap: space.xs,
      paddingHorizontal: space.s,
      borderRightWidth: 1,
      borderRightColor: c.line,
      backgroundColor: c.sunken,
    },
    brand: { alignItems: 'center', marginBottom: space.l },
    bar: { flexDirection: 'row', justifyContent: 'space-around', borderTopWidth: 1, borderTopColor: c.line, backgroundColor: c.raised },
    content: { flex: 1, minWidth: 0, minHeight: 0 },
    slot: { flex: 1, minHeight: 0 },
  }),
);
