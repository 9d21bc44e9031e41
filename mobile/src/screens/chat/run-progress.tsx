import { memo, useState, type ReactNode } from 'react';
import { Pressable, StyleSheet, View } from 'react-native';

import { Button } from '@/components/button';
import { Icon } from '@/components/icon';
import { Spinner } from '@/components/spinner';
import { Text } from '@/components/text';
import { isPlanner } from '@/i18n/amounts';
import { useTexts } from '@/i18n/texts';
import { cancelRun } from '@/services/conversations';
import { asProblem } from '@/services/problem';
import type { Run, RunState } from '@/services/types';
import { useLive } from '@/stores/live';
import { ended, type ProgressLine } from '@/stores/story';
import { themed, useWide, type Pressing } from '@/theme/theme';
import { radius, space, type Palette } from '@/theme/tokens';

import { RunUsage } from './run-usage';
import { StepLines } from './step-lines';
import { useRun, useStory } from './use-run';

/** Under the words of the answer, not under its mark. */
const INDENT = 28 + space.m;

interface RunProgressProps {
  runId: string;
  /** Whether the run's answer stands below it. */
  answered: boolean;
}

/** What a run is doing, line by line; one line that unfolds when it has ended. */
export const RunProgress = memo(function RunProgress({ runId, answered }: RunProgressProps) {
  const seen = useLive((s) => s.runs[runId] !== undefined);
  const [open, setOpen] = useState(false);
  const { state, live, stored } = useRun(seen || !answered || open ? runId : null);
  const working = state !== null && !ended(state);
  const { story, pending } = useStory(runId, live, open || working);
  const { lines } = story;

  if (working && !answered) return <Working runId={runId} state={state} lines={lines} />;
  const modelServed = stored !== undefined && !isPlanner(stored.usage.model);
  const nothing = live !== undefined && live.since === null && lines.length === 0 && !modelServed;
  if (!answered && state === null) return null;
  if (answered && nothing) return null;
  return (
    <Ended state={state} stored={stored} count={lines.filter((line) => !line.notice).length} answered={answered} open={open} onToggle={nothing ? null : () => setOpen(!open)}>
      {pending ? <Spinner size={15} /> : <StepLines lines={lines} working={false} />}
      {stored && <RunUsage usage={stored.usage} />}
    </Ended>
  );
});

function Working({ runId, state, lines }: { runId: string; state: RunState; lines: ProgressLine[] }) {
  const styles = useStyles();
  const { chat, states } = useTexts();
  const wide = useWide();
  const tell = useLive((s) => s.tell);
  const [stopping, setStopping] = useState(false);

  const stop = async () => {
    setStopping(true);
    try {
      await cancelRun(runId);
    } catch (error) {
      setStopping(false);
      tell(asProblem(error).detail || states.offline);
    }
  };
  const begun = lines.some((line) => !line.notice);
  const first = { text: state === 'queued' ? chat.queued : chat.working };
  return (
    <View style={[styles.card, wide ? styles.row : styles.column]} role="status" aria-live="polite" aria-label={chat.steps}>
      <View style={styles.lines}>
        <StepLines lines={begun ? lines : [...lines, first]} working />
      </View>
      <Button kind="quiet" icon="square" label={stopping ? chat.stopping : chat.stop} disabled={stopping} onPress={() => void stop()} />
    </View>
  );
}

interface EndedProps {
  state: RunState | null;
  stored: Run | undefined;
  count: number;
  answered: boolean;
  open: boolean;
  onToggle: (() => void) | null;
  children: ReactNode;
}

function Ended({ state, stored, count, answered, open, onToggle, children }: EndedProps) {
  const styles = useStyles();
  const { chat } = useTexts();
  const failed = state === 'failed';
  const tone = failed ? 'coralText' : 'faint';
  const seconds = stored?.ended_at ? ((Date.parse(stored.ended_at) - Date.parse(stored.created_at)) / 1000).toFixed(1) : null;
  const done = count === 0 ? chat.how : seconds === null ? chat.finished(count) : chat.done(seconds, count);
  const summary = failed ? chat.failed : state === 'cancelled' ? chat.cancelled : done;
  return (
    <View style={styles.block}>
      <Pressable
        role="button"
        aria-expanded={open}
        aria-label={onToggle ? `${summary}. ${open ? chat.hideSteps : chat.showSteps}` : summary}
        disabled={!onToggle}
        onPress={onToggle}
        style={({ hovered }: Pressing) => [styles.fold, hovered && styles.hover]}
      >
        <Icon name={failed ? 'alert-circle' : state === 'cancelled' ? 'slash' : 'check-circle'} size={16} tone={tone} />
        <Text size="small" tone={tone}>
          {summary}
        </Text>
        {onToggle && <Icon name={open ? 'chevron-up' : 'chevron-down'} size={16} tone="faint" />}
      </Pressable>
      {failed && !answered && stored?.error && (
        <Text size="small" tone="soft" selectable>
          {stored.error.detail}
        </Text>
      )}
      {open && children}
    </View>
  );
}

const useStyles = themed((c: Palette) =>
  StyleSheet.create({
    block: { gap: space.xs, marginLeft: INDENT },
    row: { flexDirection: 'row', alignItems: 'flex-end' },
    column: { alignItems: 'flex-end' },
    card: { marginLeft: INDENT, paddingLeft: space.l, paddingRight: space.m, paddingVertical: space.xs, borderRadius: radius.l, borderWidth: 1, borderColor: c.line, backgroundColor: c.raised },
    lines: { flexGrow: 1, flexShrink: 1, alignSelf: 'stretch', minWidth: 0, paddingVertical: 10 },
    fold: { flexDirection: 'row', alignItems: 'center', alignSelf: 'flex-start', gap: 6, minHeight: 32, paddingHorizontal: space.s, marginLeft: -space.s, borderRadius: radius.s },
    hover: { backgroundColor: c.hover },
  }),
);
