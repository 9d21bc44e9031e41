import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useLocalSearchParams, useRouter } from 'expo-router';
import { StyleSheet, View } from 'react-native';

import { PagedList } from '@/components/paged-list';
import { ScreenHeader } from '@/components/screen-header';
import { Empty, Failure, Loading } from '@/components/states';
import { useTexts } from '@/i18n/texts';
import * as queries from '@/services/queries';
import { useMay } from '@/stores/me';
import { usePreferences } from '@/stores/preferences';
import { themed } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

import { Forbidden } from './forbidden';
import { OccurrenceView } from './occurrence-view';
import { ScheduleStateChip } from './schedule-state';

/** The times of a schedule, the newest first, and what became of each. */
export function HistoryScreen() {
  const styles = useStyles();
  const { schedules: words } = useTexts();
  const { id } = useLocalSearchParams<{ id: string }>();
  const router = useRouter();
  const may = useMay('schedules');
  const language = usePreferences((s) => s.language);
  const schedule = useQuery({ ...queries.schedule(id, language), enabled: may });
  const query = useInfiniteQuery({ ...queries.occurrences(id, language), enabled: may });
  if (!may) return <Forbidden />;

  return (
    <View role="main" aria-label={words.history} style={styles.screen}>
      <View style={styles.column}>
        <ScreenHeader title={schedule.data?.name ?? words.history} detail={schedule.data && `${words.history} · ${schedule.data.said}`} onBack={() => router.dismissTo('/schedules')}>
          {schedule.data && (
            <View style={styles.state}>
              <ScheduleStateChip state={schedule.data.state} />
            </View>
          )}
        </ScreenHeader>
        {schedule.isPending ? (
          <Loading />
        ) : schedule.data ? (
          <PagedList
            label={words.history}
            query={query}
            gap={space.s}
            empty={<Empty icon="list" title={words.noHistory} />}
            row={(occurrence) => (
              <View style={styles.row}>
                <OccurrenceView occurrence={occurrence} />
              </View>
            )}
          />
        ) : (
          <Failure error={schedule.error} onRetry={() => void schedule.refetch()} missing={{ title: words.missing, lead: words.missingLead }} />
        )}
      </View>
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    screen: { flex: 1, alignItems: 'center', paddingHorizontal: space.s, backgroundColor: c.page },
    column: { flex: 1, width: '100%', maxWidth: 860 },
    state: { paddingRight: space.s },
    row: { flexDirection: 'row', paddingVertical: space.m, paddingHorizontal: space.l, borderRadius: radius.m, borderWidth: 1, borderColor: c.line, backgroundColor: c.raised },
  }),
);
