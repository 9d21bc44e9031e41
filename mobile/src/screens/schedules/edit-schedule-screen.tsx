import { useQuery } from '@tanstack/react-query';
import { useLocalSearchParams } from 'expo-router';

import { Failure, Loading } from '@/components/states';
import { useTexts } from '@/i18n/texts';
import * as queries from '@/services/queries';
import { useMay } from '@/stores/me';
import { usePreferences } from '@/stores/preferences';

import { Forbidden } from './forbidden';
import { FormPage } from './form-page';
import { ScheduleForm } from './schedule-form';

export function EditScheduleScreen() {
  const { schedules } = useTexts();
  const { id } = useLocalSearchParams<{ id: string }>();
  const may = useMay('schedules');
  const language = usePreferences((s) => s.language);
  const query = useQuery({ ...queries.schedule(id, language), enabled: may });
  if (!may) return <Forbidden />;
  return (
    <FormPage title={schedules.edit}>
      {query.isPending ? (
        <Loading />
      ) : query.data ? (
        <ScheduleForm key={id} schedule={query.data} />
      ) : (
        <Failure error={query.error} onRetry={() => void query.refetch()} missing={{ title: schedules.missing, lead: schedules.missingLead }} />
      )}
    </FormPage>
  );
}
