import type { StreamEvent } from '@/services/events';
import type { RunState } from '@/services/types';

/** A line of what a run has told: a step, or a notice about how it works. */
export interface ProgressLine {
  text: string;
  done?: number;
  total?: number;
  failed?: boolean;
  notice?: boolean;
}

/** An answer that is still being written. */
export interface Draft {
  message_id: string;
  text: string;
}

/** What a run has told so far. */
export interface Story {
  lines: ProgressLine[];
  draft: Draft | null;
}

export const untold: Story = { lines: [], draft: null };

export const ended = (state: RunState): boolean => state === 'succeeded' || state === 'failed' || state === 'cancelled';

function addLine(lines: ProgressLine[], line: ProgressLine): ProgressLine[] {
  const last = lines.at(-1);
  const same = last?.text === line.text && last.notice === line.notice;
  return same ? [...lines.slice(0, -1), { ...last, ...line }] : [...lines, line];
}

function failLastStep(lines: ProgressLine[]): ProgressLine[] {
  const at = lines.findLastIndex((line) => !line.notice);
  return lines.map((line, place) => (place === at ? { ...line, failed: true } : line));
}

function grow(draft: Draft | null, { message_id, text }: Draft): Draft {
  return { message_id, text: draft?.message_id === message_id ? draft.text + text : text };
}

/** A run's story after one more of its events. */
export function tell(story: Story, event: StreamEvent): Story {
  switch (event.kind) {
    case 'run.progress':
      return { ...story, lines: addLine(story.lines, event.data) };
    case 'notice':
      return { ...story, lines: addLine(story.lines, { text: event.data.text, notice: true }) };
    case 'message.delta':
      return { ...story, draft: grow(story.draft, event.data) };
    case 'tool.started':
      return { ...story, draft: null };
    case 'tool.done':
      return event.data.ok ? story : { ...story, lines: failLastStep(story.lines) };
    case 'message.done':
      return event.data.message.author === 'assistant' ? { ...story, draft: null } : story;
    case 'run.state':
      return ended(event.data.state) ? { ...story, draft: null } : story;
    default:
      return story;
  }
}

export const storyOf = (events: StreamEvent[]): Story => events.reduce(tell, untold);

/** The events with one more; the pieces of one text become one event. */
export function gather(events: StreamEvent[], event: StreamEvent): StreamEvent[] {
  const last = events.at(-1);
  if (last?.kind !== 'message.delta' || event.kind !== 'message.delta') return [...events, event];
  if (last.data.message_id !== event.data.message_id) return [...events, event];
  return [...events.slice(0, -1), { ...last, data: grow(last.data, event.data) }];
}
