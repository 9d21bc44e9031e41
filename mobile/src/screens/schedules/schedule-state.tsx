import { Chip, type ChipTone } from '@/components/chip';
import type { IconName } from '@/components/icon';
import { useTexts } from '@/i18n/texts';
import type { Occurrence, Schedule } from '@/services/types';

interface Look {
  tone: ChipTone;
  icon: IconName;
}

const looks: Record<Schedule['state'], Look> = {
  active: { tone: 'good', icon: 'check' },
  paused: { tone: 'plain', icon: 'pause' },
  over: { tone: 'plain', icon: 'flag' },
};

export function ScheduleStateChip({ state }: { state: Schedule['state'] }) {
  const { schedules } = useTexts();
  return <Chip label={schedules.states[state]} {...looks[state]} />;
}

/** How one of its times stands. A run that waits for the person says so in its explanation. */
export type Standing = Occurrence['state'] | 'waiting';
export const standing = ({ state, explanation }: Occurrence): Standing => (state === 'running' && explanation ? 'waiting' : state);

const standings: Record<Standing, Look> = {
  due: { tone: 'plain', icon: 'clock' },
  running: { tone: 'accent', icon: 'loader' },
  waiting: { tone: 'coral', icon: 'alert-circle' },
  done: { tone: 'good', icon: 'check' },
  skipped: { tone: 'plain', icon: 'skip-forward' },
  failed: { tone: 'danger', icon: 'x' },
};

export function StandingChip({ occurrence }: { occurrence: Occurrence }) {
  const { schedules } = useTexts();
  const now = standing(occurrence);
  return <Chip label={schedules.standings[now]} {...standings[now]} />;
}
