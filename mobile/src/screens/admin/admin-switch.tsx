import { router } from 'expo-router';
import { StyleSheet, View } from 'react-native';

import { Segmented } from '@/components/segmented';
import { useTexts } from '@/i18n/texts';
import { useMay } from '@/stores/me';

export type AdminPlace = 'people' | 'usage' | 'knowledge' | 'webhooks' | 'microsoft' | 'audit';

/** Between the pages of administration, for who may see all of them. */
export function AdminSwitch({ page }: { page: AdminPlace }) {
  const { nav, people, usage, knowledge, webhooks, microsoft, audit } = useTexts();
  const both = useMay('administer');
  if (!both) return null;
  const options = [
    { value: 'people', label: people.title },
    { value: 'usage', label: usage.title },
    { value: 'knowledge', label: knowledge.title },
    { value: 'webhooks', label: webhooks.title },
    { value: 'microsoft', label: microsoft.title },
    { value: 'audit', label: audit.title },
  ] as const;
  return (
    <View style={styles.frame}>
      <Segmented label={nav.admin} options={options} value={page} onChange={(next) => router.replace(`/admin/${next}`)} />
    </View>
  );
}

const styles = StyleSheet.create({ frame: { alignSelf: 'flex-start', maxWidth: '100%' } });
