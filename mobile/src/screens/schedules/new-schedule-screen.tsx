import { useTexts } from '@/i18n/texts';
import { useMay } from '@/stores/me';

import { Forbidden } from './forbidden';
import { FormPage } from './form-page';
import { ScheduleForm } from './schedule-form';

export function NewScheduleScreen() {
  const { schedules } = useTexts();
  const may = useMay('schedules');
  if (!may) return <Forbidden />;
  return (
    <FormPage title={schedules.new}>
      <ScheduleForm />
    </FormPage>
  );
}
