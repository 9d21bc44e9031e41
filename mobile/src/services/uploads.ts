import * as Crypto from 'expo-crypto';
import * as DocumentPicker from 'expo-document-picker';

import { useComposer } from '@/stores/composer';

import { serverAddress } from './address';
import { session } from './auth';
import { asProblem, problemFrom } from './problem';
import { queryClient } from './query-client';
import type { StoredFile } from './types';

/** Bytes of a file at most, as the server takes them. */
export const LARGEST = 20 * 1024 * 1024;

export type Picked = DocumentPicker.DocumentPickerAsset;

/** Lets the person choose files and uploads them beside each other; each shows in the composer meanwhile. */
export async function attachFiles(conversationId: string, tooLarge: string): Promise<void> {
  const picked = await DocumentPicker.getDocumentAsync({ multiple: true, copyToCacheDirectory: true });
  if (picked.canceled) return;
  await Promise.all(picked.assets.map((asset) => attach(conversationId, asset, tooLarge)));
}

async function attach(conversationId: string, asset: Picked, tooLarge: string): Promise<void> {
  const { put, change } = useComposer.getState();
  const key = Crypto.randomUUID();
  put(conversationId, { key, name: asset.name, file: null, problem: null });
  if ((asset.size ?? 0) > LARGEST) return change(conversationId, key, { problem: tooLarge });
  try {
    change(conversationId, key, { file: await upload(asset) });
    void queryClient.invalidateQueries({ queryKey: ['files'] });
  } catch (error) {
    change(conversationId, key, { problem: asProblem(error).detail });
  }
}

/** Uploads one file and answers what the server made of it. */
const upload = (asset: Picked) => send<StoredFile>('/v1/files', asset);

/** Sends a file with other fields of a form. */
export async function send<T>(path: string, asset: Picked, fields: Record<string, string> = {}): Promise<T> {
  const form = new FormData();
  // A browser gives the file itself; on a phone the form reads it from where it lies.
  const part = asset.file ?? { uri: asset.uri, name: asset.name, type: asset.mimeType ?? 'application/octet-stream' };
  form.append('file', part as Blob, asset.name);
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  const response = await session.fetch(new Request(`${serverAddress()}${path}`, { method: 'POST', body: form }));
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw problemFrom(response.status, body);
  return body as T;
}
