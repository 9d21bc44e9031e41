import { act, fireEvent, screen, waitFor } from '@testing-library/react-native';

import { session } from '@/services/auth';
import { saveAudit } from '@/services/save-file';
import { useMe } from '@/stores/me';
import { usePreferences } from '@/stores/preferences';
import { json, personWho, show } from '@/testing/screen';

import { AuditScreen } from './audit-screen';

jest.mock('expo-router', () => ({ router: { replace: jest.fn() } }));
jest.mock('@/services/auth', () => ({ session: { fetch: jest.fn() } }));
jest.mock('@/services/address', () => ({ serverAddress: () => 'https://assistant.test' }));
jest.mock('@/services/save-file', () => ({ saveAudit: jest.fn(async () => undefined) }));

const fetch = jest.mocked(session.fetch);
const entry = {
  number: 7,
  at: '2026-11-22T01:00:00Z',
  who: 'p1',
  person: 'ana@m.example',
  action: 'permission_refused',
  subject: { kind: 'route', id: 'GET /v1/admin/usage', person: null },
  detail: { permission: 'administer' },
  hash: 'ab',
};
const asked: string[] = [];

function answer(items: unknown[], status = 200) {
  fetch.mockImplementation(async (request) => {
    const { pathname, search } = new URL(request.url);
    asked.push(pathname + search);
    const body = status === 200 ? { items, next_cursor: null } : { detail: 'The database is being restarted.' };
    return json(body, status);
  });
}

beforeEach(() => {
  asked.length = 0;
  usePreferences.setState({ language: 'en' });
  useMe.getState().show(personWho('read_audit'));
});

it('says that it is loading', () => {
  fetch.mockReturnValue(new Promise(() => undefined));
  show(<AuditScreen />);
  screen.getByLabelText('Loading');
});

it('says that nothing was noted', async () => {
  answer([]);
  show(<AuditScreen />);
  await screen.findByText('Nothing was noted');
});

it('says what went wrong and offers to try again', async () => {
  answer([], 503);
  show(<AuditScreen />);
  await screen.findByText('The database is being restarted.');
  screen.getByRole('button', { name: 'Try again' });
});

it('asks the server nothing for someone who may not read it', () => {
  useMe.getState().show(personWho('chat'));
  show(<AuditScreen />);
  screen.getByText('This is for administrators and executives');
  expect(asked).toEqual([]);
});

it('shows who did what to what, and commands as such', async () => {
  const added = { ...entry, number: 6, who: 'system', person: null, action: 'person_added', subject: { kind: 'person', id: 'p2', person: 'ben@m.example' }, detail: { role: 'sales_rep' } };
  answer([entry, added, { ...entry, number: 5, action: 'done_by_a_newer_server', detail: { role: null } }]);
  show(<AuditScreen />);
  await screen.findByText('Route GET /v1/admin/usage · permission administer');
  screen.getByText('Person ben@m.example · role sales_rep');
  screen.getByText('System');
  screen.getByText('done_by_a_newer_server');
  screen.getByText('Route GET /v1/admin/usage');
});

it('asks for one action and one person', async () => {
  answer([entry]);
  show(<AuditScreen />);
  fireEvent.press(await screen.findByRole('radio', { name: 'Permission refused' }));
  await waitFor(() => expect(asked).toContain('/v1/admin/audit?limit=40&action=permission_refused'));
  fireEvent.changeText(screen.getByLabelText('Email address of a person'), ' ana@m.example ');
  fireEvent(screen.getByLabelText('Email address of a person'), 'submitEditing');
  await waitFor(() => expect(asked).toContain('/v1/admin/audit?limit=40&action=permission_refused&person=ana%40m.example'));
});

it('downloads what is chosen', async () => {
  answer([entry]);
  show(<AuditScreen />);
  fireEvent.press(await screen.findByRole('radio', { name: 'Signed in' }));
  await act(async () => fireEvent.press(screen.getByRole('button', { name: 'Download CSV' })));
  await waitFor(() => expect(saveAudit).toHaveBeenCalledWith({ action: 'signed_in' }));
});

it('leads an administrator to the usage too, and an executive not', async () => {
  answer([]);
  show(<AuditScreen />);
  await screen.findByText('Nothing was noted');
  expect(screen.queryByRole('radio', { name: 'Usage and cost' })).toBeNull();
  await act(async () => useMe.getState().show(personWho('administer', 'read_audit')));
  screen.getByRole('radio', { name: 'Usage and cost' });
});
