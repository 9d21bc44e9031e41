import { Directory, File, Paths } from 'expo-file-system';
import * as Sharing from 'expo-sharing';

import { serverAddress } from './address';
import { auditTable, contentPath, usageTable } from './api';
import { session } from './auth';
import { Problem } from './problem';
import type { AuditFilter, StoredFile } from './types';

async function fetchInto(folderName: string, name: string, path: string, keep: boolean): Promise<string> {
  const token = await session.token();
  if (token === null) throw new Problem(401, '');
  const folder = new Directory(Paths.cache, folderName);
  folder.create({ intermediates: true, idempotent: true });
  const target = new File(folder, name.replace(/[/\\:]/g, '-'));
  if (target.exists && keep) return target.uri;
  if (target.exists) target.delete();
  const made = await File.downloadFileAsync(serverAddress() + path, target, { headers: { Authorization: `Bearer ${token}` } });
  return made.uri;
}

/** Puts a file into the phone's cache under its own name and answers where. */
export function fetchToPhone(file: StoredFile): Promise<string> {
  return fetchInto(file.id, file.name, contentPath(file.id), true);
}

/** Hands a file to the phone: to look at it, keep it or share it. */
export async function saveFile(file: StoredFile): Promise<void> {
  await Sharing.shareAsync(await fetchToPhone(file), { mimeType: file.media_type, dialogTitle: file.name });
}

/** Hands a month's usage to the phone as a CSV table. */
export async function saveUsage(period: string): Promise<void> {
  const { name, path } = usageTable(period);
  await Sharing.shareAsync(await fetchInto('usage', name, path, false), { mimeType: 'text/csv', dialogTitle: name });
}

/** Hands the audit log to the phone as a CSV table. */
export async function saveAudit(filter: AuditFilter): Promise<void> {
  const { name, path } = auditTable(filter);
  await Sharing.shareAsync(await fetchInto('audit', name, path, false), { mimeType: 'text/csv', dialogTitle: name });
}
