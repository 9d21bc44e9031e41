import { useInfiniteQuery } from '@tanstack/react-query';
import { useRouter } from 'expo-router';
import { useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { PagedList } from '@/components/paged-list';
import { ScreenHeader } from '@/components/screen-header';
import { Empty } from '@/components/states';
import { useTexts } from '@/i18n/texts';
import * as queries from '@/services/queries';
import { removeSchedule } from '@/services/schedules';
import type { Schedule } from '@/services/types';
import { useMay } from '@/stores/me';
import { usePreferences } from '@/stores/preferences';
import { themed } from '@/theme/theme';
import { space, type Palette } from '@/theme/tokens';

import { Forbidden } from './forbidden';
import { ScheduleCard } from './schedule-card';

/** What is asked for the person again and again, and how each of it stands. */
export function SchedulesScreen() {
  const styles = useStyles();
  const { schedules: words, actions } = useTexts();
  const router = useRouter();
  const may = useMay('schedules');
  const language = usePreferences((s) => s.language);
  const query = useInfiniteQuery({ ...queries.scheduleList(language), enabled: may });
  const [removing, setRemoving] = useState<Schedule | null>(null);
  if (!may) return <Forbidden />;

  const make = <Button kind="primary" icon="plus" label={words.new} onPress={() => router.navigate('/schedules/new')} />;
  const some = query.data?.pages.some((page) => page.items.length > 0);
  return (
    <View role="main" aria-label={words.title} style={styles.screen}>
      <View style={styles.column}>
        <ScreenHeader title={words.title} large>
          {some && make}
        </ScreenHeader>
        <PagedList
          label={words.title}
          query={query}
          gap={space.m}
          empty={
            <Empty icon="clock" title={words.empty} lead={words.emptyLead}>
              {make}
            </Empty>
          }
          row={(schedule) => <ScheduleCard schedule={schedule} onRemove={() => setRemoving(schedule)} />}
        />
      </View>
      {removing && (
        <Dialog
          title={words.removeAsk(removing.name)}
          lead={words.removeLead}
          confirm={actions.delete}
          danger
          onConfirm={() => removeSchedule(removing.id)}
          onClose={() => setRemoving(null)}
        />
      )}
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    screen: { flex: 1, alignItems: 'center', paddingHorizontal: space.s, backgroundColor: c.page },
    column: { flex: 1, width: '100%', maxWidth: 860 },
  }),
);
