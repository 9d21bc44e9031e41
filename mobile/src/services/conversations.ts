import type { InfiniteData } from '@tanstack/react-query';
import * as Crypto from 'expo-crypto';

import { useLive } from '@/stores/live';
import { useOutgoing, type Outgoing } from '@/stores/outgoing';

import { api, data } from './api';
import { asProblem } from './problem';
import * as queries from './queries';
import { queryClient } from './query-client';
import type { Conversation, Message, Page, StoredFile } from './types';

type Thread = InfiniteData<Page<Message>>;

/** A thread with a message added or replaced; the newest comes first. */
export function withMessage(thread: Thread | undefined, message: Message): Thread | undefined {
  const [first, ...rest] = thread?.pages ?? [];
  if (!thread || !first) return thread;
  if (thread.pages.some((page) => page.items.some((m) => m.id === message.id))) {
    const swap = (page: Page<Message>) => ({ ...page, items: page.items.map((m) => (m.id === message.id ? message : m)) });
    return { ...thread, pages: thread.pages.map(swap) };
  }
  return { ...thread, pages: [{ ...first, items: [message, ...first.items] }, ...rest] };
}

/** Puts a message into the thread that is shown. A thread that isn't loaded yet fetches it with the rest. */
export function showMessage(message: Message): void {
  const key = queries.messages(message.conversation_id).queryKey;
  const thread = queryClient.setQueryData(key, (known) => withMessage(known, message));
  if (!thread) void queryClient.invalidateQueries({ queryKey: key });
}

export async function startConversation(): Promise<Conversation> {
  const made = await data(api().POST('/v1/conversations', { body: {} }));
  queryClient.setQueryData(queries.conversation(made.id).queryKey, made);
  queryClient.setQueryData(queries.messages(made.id).queryKey, {
    pages: [{ items: [], next_cursor: null }],
    pageParams: [null],
  });
  return made;
}

/** Sends a message, keeping it on the device until the server has accepted it. */
export function sendMessage(conversationId: string, text: string, files: StoredFile[] = []): Promise<void> {
  const client_id = Crypto.randomUUID();
  return deliver({ client_id, conversation_id: conversationId, text, files, state: 'sending', detail: '', at: new Date().toISOString() });
}

/** Sends a message that was not accepted once more. The same `client_id` makes sure that it counts once. */
export function resend(message: Outgoing): Promise<void> {
  return deliver({ ...message, state: 'sending', detail: '' });
}

/** Sends what got no answer while the connection was lost. */
export function resendUnanswered(): void {
  const waiting = useOutgoing.getState().messages.filter((m) => m.state === 'failed' && m.detail === '');
  for (const message of waiting) void resend(message);
}

async function deliver(message: Outgoing): Promise<void> {
  const { conversation_id: id, client_id, text, files = [] } = message;
  const file_ids = files.map((file) => file.id);
  useOutgoing.getState().put(message);
  try {
    const accepted = await data(
      api().POST('/v1/conversations/{id}/messages', { params: { path: { id } }, body: { client_id, text, file_ids } }),
    );
    useLive.getState().begin(accepted.run);
    showMessage(accepted.message);
    useOutgoing.getState().drop(client_id);
    void queryClient.invalidateQueries({ queryKey: ['conversations'] });
    void queryClient.invalidateQueries({ queryKey: ['conversation', id] });
  } catch (error) {
    useOutgoing.getState().fail(client_id, asProblem(error).detail);
  }
}

export async function cancelRun(id: string): Promise<void> {
  await data(api().POST('/v1/runs/{id}/cancel', { params: { path: { id } } }));
  await queryClient.invalidateQueries({ queryKey: ['run', id] });
}

export async function renameConversation(id: string, title: string): Promise<void> {
  const renamed = await data(api().PATCH('/v1/conversations/{id}', { params: { path: { id } }, body: { title } }));
  queryClient.setQueryData(queries.conversation(id).queryKey, renamed);
  await queryClient.invalidateQueries({ queryKey: ['conversations'] });
}

export async function deleteConversation(id: string): Promise<void> {
  await data(api().DELETE('/v1/conversations/{id}', { params: { path: { id } } }));
  queryClient.removeQueries({ queryKey: ['conversation', id] });
  queryClient.removeQueries({ queryKey: ['messages', id] });
  await queryClient.invalidateQueries({ queryKey: ['conversations'] });
}

export async function deleteFile(id: string): Promise<void> {
  await data(api().DELETE('/v1/files/{id}', { params: { path: { id } } }));
  queryClient.removeQueries({ queryKey: ['file', id] });
  await queryClient.invalidateQueries({ queryKey: ['files'] });
}
