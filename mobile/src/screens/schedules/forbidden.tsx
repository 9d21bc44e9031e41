import { Empty } from '@/components/states';
import { useTexts } from '@/i18n/texts';

/** In the place of what only some roles may have. */
export function Forbidden() {
  const { schedules } = useTexts();
  return <Empty icon="lock" title={schedules.forbidden} lead={schedules.forbiddenLead} />;
}
