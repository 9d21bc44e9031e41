import { act, fireEvent, screen } from '@testing-library/react-native';

import { session } from '@/services/auth';
import type { StreamEvent } from '@/services/events';
import type { Run } from '@/services/types';
import { useLive } from '@/stores/live';
import { usePreferences } from '@/stores/preferences';
import { json, show } from '@/testing/screen';

import { RunProgress } from './run-progress';

jest.mock('@/services/auth', () => ({ session: { fetch: jest.fn() } }));
jest.mock('@/services/address', () => ({ serverAddress: () => 'https://assistant.test' }));
jest.mock('expo-crypto', () => ({ randomUUID: () => 'id' }));

const usage = { model: 'claude-sonnet-5-5', input_tokens: 12_000, output_tokens: 345, cached_tokens: 9_000, cost: '0.012345' };
const run = {
  id: 'r', conversation_id: 'c', state: 'succeeded', waiting_for: null, agent: 'sales', skill: null, inputs: {}, tools: [], answer: 'Done', files: [],
  error: null, usage, created_at: '2026-11-20T08:00:00Z', ended_at: '2026-11-20T08:00:04Z',
} satisfies Run;
const events = [
  { cursor: 1, kind: 'run.progress', data: { text: 'Reading the leads' } },
  { cursor: 2, kind: 'notice', data: { text: 'Claude does not answer. Kimi goes on.' } },
  { cursor: 3, kind: 'run.progress', data: { text: 'Writing' } },
].map((event) => ({ ...event, run_id: 'r', conversation_id: 'c' }) as StreamEvent);

function answer(stored: Run) {
  jest.mocked(session.fetch).mockImplementation(async ({ url }) => {
    const body = url.includes('/events') ? { items: events, next_cursor: null } : stored;
    return json(body);
  });
}

beforeEach(() => {
  act(() => useLive.getState().reset());
  usePreferences.setState({ language: 'en' });
});

it('shows a notice at its place among the steps while the run works', async () => {
  answer({ ...run, state: 'running', ended_at: null });
  act(() => {
    useLive.getState().begin({ ...run, state: 'running', ended_at: null });
    for (const event of events) useLive.getState().apply(event);
  });
  show(<RunProgress runId="r" answered={false} />);
  await screen.findByText('Writing');
  const texts = screen.getAllByText(/./).map(({ props }) => (props as { children: string }).children);
  expect(texts).toEqual(['Reading the leads', 'Claude does not answer. Kimi goes on.', 'Writing', 'Stop']);
});

it('keeps the notices with the steps after the run has ended, and counts steps only', async () => {
  answer(run);
  show(<RunProgress runId="r" answered={true} />);
  fireEvent.press(screen.getByRole('button', { name: /Show the steps/ }));
  await screen.findByText('Claude does not answer. Kimi goes on.');
  await screen.findByRole('button', { name: /^Done in 4.0 s · 2 steps/ });
});

it.each([
  ['en', usage, 'Claude Sonnet 5.5 · 12,345 tokens · US$0.0123'],
  ['zh', usage, 'Claude Sonnet 5.5 · 12,345 个 token · US$0.0123'],
  ['en', { ...usage, model: 'planner', cost: '0.000000' }, 'Built-in planner, no AI model'],
  ['zh', { ...usage, model: 'planner', cost: '0.000000' }, '内置规划器，未使用 AI 模型'],
] as const)('tells in the steps which model served the run and what it cost (%s)', async (language, took, told) => {
  usePreferences.setState({ language });
  answer({ ...run, usage: took });
  show(<RunProgress runId="r" answered={true} />);
  fireEvent.press(screen.getByRole('button'));
  await screen.findByText(told);
});
