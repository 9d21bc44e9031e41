import { useTexts } from '@/i18n/texts';
import { mayHaveSchedules, useMe } from '@/stores/me';

import { Forbidden } from './forbidden';
import { FormPage } from './form-page';
import { ScheduleForm } from './schedule-form';

export function NewScheduleScreen() {
  const { schedules } = useTexts();
  const may = useMe((s) => mayHaveSchedules(s.person));
  if (!may) return <Forbidden />;
  return (
    <FormPage title={schedules.new}>
      <ScheduleForm />
    </FormPage>
  );
}
