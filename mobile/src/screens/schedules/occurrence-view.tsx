import { StyleSheet, View } from 'react-native';

import { IconButton } from '@/components/icon-button';
import { Text } from '@/components/text';
import { dueTime } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import type { Occurrence } from '@/services/types';
import { space } from '@/theme/tokens';

import { StandingChip } from './schedule-state';
import { useOpenRun } from './use-open-run';

/** One of its times: when, what became of it and why, and the way to the conversation of its run. */
export function OccurrenceView({ occurrence }: { occurrence: Occurrence }) {
  const texts = useTexts();
  const { schedules: words } = texts;
  const { opening, open } = useOpenRun();
  const { run_id: run } = occurrence;
  const at = dueTime(occurrence.due_at, texts);
  return (
    <View style={styles.occurrence}>
      <View style={styles.words}>
        <View style={styles.line}>
          <Text size="small" tabular>
            {at}
          </Text>
          <StandingChip occurrence={occurrence} />
          {occurrence.reason === 'manual' && (
            <Text size="caption" tone="faint">
              {words.byHand}
            </Text>
          )}
        </View>
        {occurrence.explanation && (
          <Text size="small" tone={occurrence.state === 'failed' ? 'danger' : 'soft'}>
            {occurrence.explanation}
          </Text>
        )}
      </View>
      {run && (
        <View style={styles.way}>
          <IconButton icon="message-circle" size={36} label={words.openRun(at)} disabled={opening} onPress={() => void open(run)} />
        </View>
      )}
    </View>
  );
}

const styles = StyleSheet.create({
  occurrence: { flex: 1, minWidth: 0, flexDirection: 'row', gap: space.s },
  words: { flex: 1, minWidth: 0, gap: 2 },
  line: { flexDirection: 'row', flexWrap: 'wrap', alignItems: 'center', minHeight: 26, columnGap: space.s, rowGap: 2 },
  // Beside the first line, which is less high.
  way: { marginVertical: -5 },
});
