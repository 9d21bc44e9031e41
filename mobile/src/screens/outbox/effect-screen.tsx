import { useQuery } from '@tanstack/react-query';
import { useLocalSearchParams } from 'expo-router';

import { DetailScreen } from '@/components/detail-screen';
import { useTexts } from '@/i18n/texts';
import * as queries from '@/services/queries';

import { EffectView } from './effect-view';

export function EffectScreen() {
  const { id } = useLocalSearchParams<{ id: string }>();
  const { outbox } = useTexts();
  const query = useQuery(queries.effect(id));
  return (
    <DetailScreen title={outbox.title} list="/outbox" query={query} missing={{ title: outbox.missing, lead: outbox.missingLead }}>
      {(effect) => <EffectView effect={effect} />}
    </DetailScreen>
  );
}
