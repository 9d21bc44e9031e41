import { fireEvent, screen, waitFor } from '@testing-library/react-native';
import * as DocumentPicker from 'expo-document-picker';

import { session } from '@/services/auth';
import { useMe } from '@/stores/me';
import { usePreferences } from '@/stores/preferences';
import { personWho, show } from '@/testing/screen';

import { KnowledgeScreen } from './knowledge-screen';

jest.mock('@/services/auth', () => ({ session: { fetch: jest.fn() } }));
jest.mock('@/services/address', () => ({ serverAddress: () => 'https://assistant.test' }));
jest.mock('expo-document-picker', () => ({ getDocumentAsync: jest.fn() }));

const fetch = jest.mocked(session.fetch);
const at = '2026-11-20T08:00:00Z';
const documents = [
  { id: 'u', name: 'kiosk.md', title: 'Kiosk hand-over', department: 'support', uploaded: true, added_at: at },
  { id: 'f', name: 'pages/refunds.md', title: 'Refunds', department: null, uploaded: false, added_at: at },
];
const asked: { method: string; path: string }[] = [];

function open(refusal?: string) {
  fetch.mockImplementation(async (request) => {
    asked.push({ method: request.method, path: new URL(request.url).pathname });
    if (request.method === 'GET') return Response.json({ items: documents, next_cursor: null });
    if (request.method === 'DELETE') return new Response(null, { status: 204 });
    return refusal ? Response.json({ detail: refusal }, { status: 422 }) : Response.json(documents[0], { status: 201 });
  });
  show(<KnowledgeScreen />);
}

beforeEach(() => {
  asked.length = 0;
  usePreferences.setState({ language: 'en' });
  useMe.getState().show(personWho('administer', 'read_audit'));
  jest.mocked(DocumentPicker.getDocumentAsync).mockResolvedValue({ canceled: false, assets: [{ uri: 'file:///hours.md', name: 'hours.md', lastModified: 0, file: new Blob(['# Hours']) as File }] });
});

it('shows whose each document is and removes only what was added here', async () => {
  open();
  await screen.findByText('Kiosk hand-over');
  screen.getByText('Support');
  expect(screen.queryByRole('button', { name: 'Remove “Refunds”' })).toBeNull();
  fireEvent.press(screen.getByRole('button', { name: 'Remove “Kiosk hand-over”' }));
  fireEvent.press(screen.getByRole('button', { name: 'Remove' }));
  await waitFor(() => expect(asked).toContainEqual({ method: 'DELETE', path: '/v1/admin/knowledge/u' }));
});

it('adds a document for a department and says why one is refused', async () => {
  open('hours.md has no text that could be found.');
  await screen.findByText('Refunds');
  fireEvent.press(screen.getByRole('button', { name: 'Add a document' }));
  fireEvent.press(await screen.findByRole('radio', { name: 'Support' }));
  fireEvent.press(screen.getByRole('button', { name: 'Save' }));
  await screen.findByText('hours.md has no text that could be found.');
  expect(asked).toContainEqual({ method: 'POST', path: '/v1/admin/knowledge' });
});

it('is for administrators', () => {
  useMe.getState().show(personWho('chat'));
  open();
  screen.getByText('This is for administrators');
  expect(asked).toEqual([]);
});
