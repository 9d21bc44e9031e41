import type { StreamEvent } from '@/services/events';
import type { Message } from '@/services/types';

import { gather, storyOf } from './story';

type Told = StreamEvent extends infer Each ? (Each extends StreamEvent ? Pick<Each, 'kind' | 'data'> : never) : never;
const events = (...told: Told[]) =>
  told.map((one, at) => ({ cursor: at + 1, run_id: 'r', conversation_id: 'c', ...one }) as StreamEvent);
const delta = (message_id: string, text: string): Told => ({ kind: 'message.delta', data: { message_id, text } });
const progress = (text: string): Told => ({ kind: 'run.progress', data: { text } });
const notice = (text: string): Told => ({ kind: 'notice', data: { text } });
const started: Told = { kind: 'tool.started', data: { name: 'crm_query' } };
const toolDone = (ok: boolean): Told => ({ kind: 'tool.done', data: { name: 'crm_query', ok } });
const state = (to: 'running' | 'succeeded' | 'failed' | 'cancelled'): Told => ({ kind: 'run.state', data: { state: to, waiting_for: null } });
const by = (author: Message['author']): Told => ({
  kind: 'message.done',
  data: { message: { id: 'm', conversation_id: 'c', author, text: 'Done', files: [], choices: [], run_id: 'r', created_at: '' } },
});
const story = (...told: Told[]) => storyOf(events(...told));

it('writes an answer as its pieces come', () => {
  expect(story(delta('m', 'The '), delta('m', 'profit')).draft).toEqual({ message_id: 'm', text: 'The profit' });
});

it('begins anew with another message: another model took the turn, or the server started again', () => {
  expect(story(delta('m', 'The old'), notice('Goes on with Kimi.'), delta('n', 'The new')).draft).toEqual({ message_id: 'n', text: 'The new' });
});

it.each([
  ['a tool is called, as the text before it was progress', started],
  ['the answer is there', by('assistant')],
  ['the run has succeeded', state('succeeded')],
  ['the run has failed', state('failed')],
  ['the run was stopped', state('cancelled')],
])('drops what was written when %s', (_when, event) => expect(story(delta('m', 'I look'), event).draft).toBeNull());

it.each([
  ['a tool ends', toolDone(true)],
  ['the person writes on', by('person')],
  ['the run is told to be at work', state('running')],
  ['progress is told', progress('Reading')],
  ['a notice comes', notice('The key was refused.')],
])('keeps what was written when %s', (_when, event) => expect(story(delta('m', 'I look'), event).draft?.text).toBe('I look'));

it('writes on after a call, in the same message or another', () => {
  expect(story(delta('m', 'I look'), started, toolDone(true), delta('m', 'It is')).draft?.text).toBe('It is');
  expect(story(delta('m', 'I look'), started, toolDone(true), delta('n', 'It is')).draft?.text).toBe('It is');
});

it('has each notice at its place between the steps, and marks the step that failed, not the notice', () => {
  const { lines } = story(progress('Reading'), notice('Goes on with Kimi.'), notice('Goes on with Kimi.'), toolDone(false), progress('Sending'));
  expect(lines).toEqual([{ text: 'Reading', failed: true }, { text: 'Goes on with Kimi.', notice: true }, { text: 'Sending' }]);
});

it('is the same for events that come one by one and for events that were gathered, cut anywhere', () => {
  const all = events(
    progress('Reading'), delta('m', 'I '), delta('m', 'look'), started, toolDone(true), notice('Goes on with Kimi.'),
    delta('n', 'It'), delta('n', ' is'), delta('o', 'It'), delta('o', ' was'), by('assistant'), state('succeeded'),
  );
  for (let end = 0; end <= all.length; end += 1) {
    const seen = all.slice(0, end);
    for (let cut = 0; cut <= end; cut += 1) {
      const later = seen.slice(cut).reduce<StreamEvent[]>(gather, []);
      expect(storyOf([...seen.slice(0, cut), ...later])).toEqual(storyOf(seen));
    }
  }
});

it('gathers the pieces of one text into one event', () => {
  const gathered = events(delta('m', 'a'), delta('m', 'b'), delta('n', 'c'), started, delta('n', 'd')).reduce<StreamEvent[]>(gather, []);
  expect(gathered.map(({ data }) => ('text' in data ? data.text : data))).toEqual(['ab', 'c', started.data, 'd']);
});
