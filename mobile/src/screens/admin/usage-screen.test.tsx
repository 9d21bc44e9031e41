import { act, fireEvent, screen, waitFor } from '@testing-library/react-native';

import { session } from '@/services/auth';
import { Problem } from '@/services/problem';
import { saveUsage } from '@/services/save-file';
import { useMe } from '@/stores/me';
import { usePreferences } from '@/stores/preferences';
import { json, personWho, show } from '@/testing/screen';

import { asLimit } from './budget-dialog';
import { UsageScreen } from './usage-screen';

jest.mock('@/services/auth', () => ({ session: { fetch: jest.fn() } }));
jest.mock('@/services/address', () => ({ serverAddress: () => 'https://assistant.test' }));
jest.mock('@/services/save-file', () => ({ saveUsage: jest.fn(async () => undefined) }));

const fetch = jest.mocked(session.fetch);
const rates = { input: '2.00', output: '10.00', cache_read: '0.10', cache_write_5m: '2.50', cache_write_1h: '4.00' };
const long = { above: 100_000, ...rates, input: '8.00' };
const item = { person: 'ana@m.example', department: 'sales', model: 'claude-sonnet-5-5', runs: 3, input_tokens: 20_000, cached_tokens: 15_000, output_tokens: 900, cost: '1.234567' };
const budgets = {
  month: '2026-11',
  items: [
    { scope: 'company', subject: '', limit: '1000.00', is_default: false, spent: '1.234567' },
    { scope: 'department', subject: 'sales', limit: null, is_default: true, spent: '1.234567' },
    { scope: 'person', subject: 'ana@m.example', limit: '1.00', is_default: true, spent: '1.234567' },
  ],
};
const asked: { method: string; path: string; body: unknown }[] = [];

function answer(items: unknown[], status = 200) {
  fetch.mockImplementation(async (request) => {
    const { pathname, search } = new URL(request.url);
    asked.push({ method: request.method, path: pathname + search, body: request.method === 'PUT' ? await request.json() : null });
    const month = { period: '2026-11', items, prices: { 'claude-sonnet-5-5': { ...rates, long_prompt: long } } };
    const body = status !== 200 ? { detail: 'The database is being restarted.' } : pathname.endsWith('/budgets') ? budgets : month;
    return json(body, status);
  });
}

beforeEach(() => {
  asked.length = 0;
  usePreferences.setState({ language: 'en' });
  useMe.getState().show(personWho('administer', 'read_audit'));
});

it('says that it is loading', () => {
  fetch.mockReturnValue(new Promise(() => undefined));
  show(<UsageScreen />);
  screen.getByLabelText('Loading');
});

it('says that no model was used, and still shows the budgets', async () => {
  answer([]);
  show(<UsageScreen />);
  await screen.findByText('No AI model was used in this month');
  screen.getByRole('progressbar', { name: 'Whole company' });
  expect(screen.queryByRole('button', { name: 'Download CSV' })).toBeNull();
});

it('says what went wrong and offers to try again', async () => {
  answer([], 503);
  show(<UsageScreen />);
  await screen.findByText('The database is being restarted.');
  screen.getByRole('button', { name: 'Try again' });
});

it('says that there is no connection', async () => {
  fetch.mockRejectedValue(new Problem(0, ''));
  show(<UsageScreen />);
  await screen.findByText('There is no connection');
});

it('asks the server nothing for someone who is no administrator', () => {
  useMe.getState().show(personWho('chat'));
  show(<UsageScreen />);
  screen.getByText('This is for administrators');
  expect(asked).toEqual([]);
});

it('shows the month that the server says it is, by person, department or model, with the prices', async () => {
  answer([item, { ...item, person: 'ben@m.example', department: 'finance', cost: '0.001000' }]);
  show(<UsageScreen />);
  await screen.findByText('November 2026');
  await screen.findByLabelText('Cost: US$1.24');
  screen.getByText('<US$0.01');
  expect(screen.getAllByText('3 runs · 20K in, 75% cached · 900 out')).toHaveLength(2);
  fireEvent.press(screen.getByRole('radio', { name: 'Model' }));
  screen.getByText('6 runs · 40K in, 75% cached · 1.8K out');
  screen.getByText('Claude Sonnet 5.5, prompts over 100K tokens');
  screen.getByText('Input 8.00 · Output 10.00 · Cache read 0.10 · Write, 5 min 2.50 · Write, 1 h 4.00');
  screen.getByText('Input 2.00 · Output 10.00 · Cache read 0.10 · Write, 5 min 2.50 · Write, 1 h 4.00');
});

it('goes to the month before and back, not into the future', async () => {
  answer([item]);
  show(<UsageScreen />);
  await screen.findByText('November 2026');
  expect(screen.getByRole('button', { name: 'Month after' })).toBeDisabled();
  fireEvent.press(screen.getByRole('button', { name: 'Month before' }));
  await screen.findByText('October 2026');
  await waitFor(() => expect(asked.map(({ path }) => path)).toContain('/v1/admin/usage?period=2026-10'));
});

it('downloads the month that is shown', async () => {
  answer([item]);
  show(<UsageScreen />);
  fireEvent.press(await screen.findByRole('button', { name: 'Download CSV' }));
  await waitFor(() => expect(saveUsage).toHaveBeenCalledWith('2026-11'));
});

it('shows what is spent of each budget, also where there is no limit and where it is used up', async () => {
  answer([item]);
  show(<UsageScreen />);
  await screen.findByText('US$1.23 of US$1,000.00');
  screen.getByText('US$1.23, no limit');
  expect(screen.getByRole('progressbar', { name: 'ana@m.example' })).toHaveProp('aria-valuenow', 100);
});

it('changes a budget, and gives it back to the configuration', async () => {
  answer([item]);
  show(<UsageScreen />);
  fireEvent.press(await screen.findByRole('button', { name: 'Change the budget: Sales' }));
  expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled();
  fireEvent.changeText(screen.getByLabelText('US dollars a month'), '1,250.50');
  await act(async () => fireEvent.press(screen.getByRole('button', { name: 'Save' })));
  const puts = () => asked.filter(({ method }) => method === 'PUT').map(({ body }) => body);
  await waitFor(() => expect(puts()).toEqual([{ scope: 'department', subject: 'sales', limit: '1250.50' }]));

  fireEvent.press(await screen.findByRole('button', { name: 'Change the budget: Whole company' }));
  fireEvent.press(screen.getByRole('radio', { name: 'Default' }));
  await act(async () => fireEvent.press(screen.getByRole('button', { name: 'Save' })));
  await waitFor(() => expect(puts()[1]).toEqual({ scope: 'company', subject: '', limit: null }));
});

it('takes an amount as people type it and nothing else', () => {
  expect(['250', ' US$1,250.50 ', '$5', '0', '', '-5', '1.234', 'ten', '5 EUR'].map(asLimit)).toEqual(['250', '1250.50', '5', '0', null, null, null, null, null]);
});
