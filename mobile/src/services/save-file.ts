import { Directory, File, Paths } from 'expo-file-system';
import * as Sharing from 'expo-sharing';

import { serverAddress } from './address';
import { session } from './auth';
import { Problem } from './problem';
import type { StoredFile } from './types';

/** Puts a file into the phone's cache under its own name and answers where. */
export async function fetchToPhone(file: StoredFile): Promise<string> {
  const token = await session.token();
  if (token === null) throw new Problem(401, '');
  const folder = new Directory(Paths.cache, file.id);
  folder.create({ intermediates: true, idempotent: true });
  const target = new File(folder, file.name.replace(/[/\\:]/g, '-'));
  if (target.exists) return target.uri;
  const made = await File.downloadFileAsync(`${serverAddress()}/v1/files/${encodeURIComponent(file.id)}/content`, target, {
    headers: { Authorization: `Bearer ${token}` },
  });
  return made.uri;
}

/** Hands a file to the phone: to look at it, keep it or share it. */
export async function saveFile(file: StoredFile): Promise<void> {
  await Sharing.shareAsync(await fetchToPhone(file), { mimeType: file.media_type, dialogTitle: file.name });
}
