import { screen } from '@testing-library/react-native';

import { session } from '@/services/auth';
import { Problem } from '@/services/problem';
import { json, show } from '@/testing/screen';

import { ConversationList } from './chat/conversation-list';
import { FileList } from './files/file-list';
import { OutboxList } from './outbox/outbox-list';

jest.mock('@/services/auth', () => ({ session: { fetch: jest.fn() } }));
jest.mock('@/services/address', () => ({ serverAddress: () => 'https://assistant.test' }));
jest.mock('expo-router', () => ({ useRouter: () => ({ navigate: jest.fn() }), usePathname: () => '/' }));

const fetch = jest.mocked(session.fetch);
const at = '2026-11-20T08:00:00Z';
const file = { id: 'f', name: 'Statement.pdf', media_type: 'application/pdf', size: 38_000, sha256: '', created_at: at, run_id: null };
const effect = {
  id: 'e', kind: 'mail', state: 'unknown', to: ['ceo@mezzofy.example'], subject: 'October', body: '', attachments: [file], payload_hash: '',
  run_id: 'r', created_at: at, done_at: null, error: null,
};

const lists = [
  ['conversations', <ConversationList key="c" />, 'No conversations yet', { id: 'c', title: 'October, please', created_at: at, updated_at: at }, 'October, please'],
  ['files', <FileList key="f" />, 'No files yet', file, 'Statement.pdf'],
  ['the outbox', <OutboxList key="o" />, 'Nothing was sent yet', effect, 'October, ceo@mezzofy.example, Unclear'],
] as const;

const answer = (body: unknown, status = 200) =>
  fetch.mockImplementation(async () => json(body, status));

describe.each(lists)('%s', (_name, list, empty, item, label) => {
  it('says that it is loading', () => {
    fetch.mockReturnValue(new Promise(() => undefined));
    show(list);
    screen.getByLabelText('Loading');
  });

  it('says that it is empty', async () => {
    answer({ items: [], next_cursor: null });
    show(list);
    await screen.findByText(empty);
  });

  it('says what went wrong and offers to try again', async () => {
    answer({ detail: 'The database is being restarted.' }, 503);
    show(list);
    await screen.findByText('The database is being restarted.');
    screen.getByRole('button', { name: 'Try again' });
  });

  it('says that there is no connection', async () => {
    fetch.mockRejectedValue(new Problem(0, ''));
    show(list);
    await screen.findByText('There is no connection');
  });

  it('shows what there is', async () => {
    answer({ items: [item], next_cursor: null });
    show(list);
    await screen.findByRole('link', { name: label });
  });
});
