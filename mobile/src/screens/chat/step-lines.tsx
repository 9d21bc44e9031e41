import { StyleSheet, View } from 'react-native';

import { Icon, type IconName } from '@/components/icon';
import { Spinner } from '@/components/spinner';
import { Text, type Tone } from '@/components/text';
import { useTexts } from '@/i18n/texts';
import type { ProgressLine } from '@/stores/story';
import { themed } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

/** The steps of a run, and the notices between them; the last step is under way while it works. */
export function StepLines({ lines, working }: { lines: ProgressLine[]; working: boolean }) {
  const styles = useStyles();
  const { chat } = useTexts();
  if (lines.length === 0) {
    return (
      <Text size="small" tone="soft">
        {chat.noSteps}
      </Text>
    );
  }
  const last = lines.findLastIndex((line) => !line.notice);
  return (
    <View role="list" style={styles.lines}>
      {lines.map((line, at) => (
        <Line key={at} line={line} now={working && at === last} />
      ))}
    </View>
  );
}

function markOf({ failed, notice }: ProgressLine): { name: IconName; tone: Tone } {
  if (notice) return { name: 'info', tone: 'faint' };
  return failed ? { name: 'alert-circle', tone: 'coralText' } : { name: 'check', tone: 'accentText' };
}

function Line({ line, now }: { line: ProgressLine; now: boolean }) {
  const styles = useStyles();
  const share = now && line.total ? Math.min(1, (line.done ?? 0) / line.total) : null;
  return (
    <View role="listitem" style={styles.line}>
      <View style={styles.mark}>
        {now ? <Spinner size={15} /> : <Icon {...markOf(line)} size={15} />}
      </View>
      <View style={styles.words}>
        <Text size="small" tone={now ? 'text' : line.notice ? 'faint' : 'soft'}>
          {line.text}
        </Text>
        {share !== null && (
          <View style={styles.track}>
            <View style={[styles.share, { width: `${share * 100}%` }]} />
          </View>
        )}
      </View>
      {share !== null && (
        <Text size="caption" tone="faint" tabular>
          {line.done ?? 0} / {line.total}
        </Text>
      )}
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    lines: { gap: space.s },
    line: { flexDirection: 'row', gap: 10, alignItems: 'flex-start' },
    mark: { width: 18, height: 21, alignItems: 'center', justifyContent: 'center' },
    words: { flex: 1, minWidth: 0, gap: 6 },
    track: { height: 4, maxWidth: 280, borderRadius: radius.full, backgroundColor: c.hover, overflow: 'hidden' },
    share: { height: 4, borderRadius: radius.full, backgroundColor: c.accent },
  }),
);
