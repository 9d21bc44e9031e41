import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { Button } from '@/components/button';
import { IconButton } from '@/components/icon-button';
import { ScreenHeader } from '@/components/screen-header';
import { ScrollPage } from '@/components/scroll-page';
import { Empty, Failure, Loading } from '@/components/states';
import { useTexts } from '@/i18n/texts';
import * as queries from '@/services/queries';
import { saveUsage } from '@/services/save-file';
import { useMay } from '@/stores/me';
import { useWide } from '@/theme/theme';
import { space } from '@/theme/tokens';

import { AdminSwitch } from './admin-switch';
import { Budgets } from './budgets';
import { MonthSwitch } from './month-switch';
import { MonthView } from './month-view';
import { Prices } from './prices';
import { useDownload } from './use-download';

/** What the models took and cost in a month, and the budgets. */
export function UsageScreen() {
  const { usage } = useTexts();
  const wide = useWide();
  const allowed = useMay('administer');
  const [chosen, setChosen] = useState<string | null>(null);

  // The server says which month it is: it goes by the company's time zone.
  const budgets = useQuery({ ...queries.budgets(), enabled: allowed });
  const current = budgets.data?.month ?? null;
  const period = chosen ?? current;
  const month = useQuery({ ...queries.usage(period ?? ''), enabled: period !== null });
  const { saving, download } = useDownload(async () => period && saveUsage(period));

  if (!allowed) return <Empty icon="lock" title={usage.forbidden} lead={usage.forbiddenLead} />;

  const failed = [budgets, month].find((query) => query.isError && !query.data);
  const months = period && current && <MonthSwitch period={period} last={current} onChange={setChosen} />;
  const some = (month.data?.items.length ?? 0) > 0;

  return (
    <ScrollPage title={usage.title} maxWidth={1040} gap={space.l}>
      <ScreenHeader title={usage.title} large>
        {wide && months}
        {some &&
          (wide ? (
            <Button icon="download" label={usage.csv} busy={saving} onPress={() => void download()} />
          ) : (
            <IconButton icon="download" label={usage.csv} disabled={saving} onPress={() => void download()} />
          ))}
      </ScreenHeader>
      <AdminSwitch page="usage" />
      {!wide && months}
      {failed ? (
        <Failure error={failed.error} onRetry={() => void failed.refetch()} />
      ) : month.data && budgets.data ? (
        <>
          <MonthView month={month.data} />
          <Budgets month={budgets.data.month} budgets={budgets.data.items} />
          <Prices prices={month.data.prices} />
        </>
      ) : (
        <Loading />
      )}
    </ScrollPage>
  );
}
