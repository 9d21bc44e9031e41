import { auditTable, content, contentPath, usageTable } from './api';
import type { AuditFilter, StoredFile } from './types';

async function save(name: string, path: string): Promise<void> {
  const blob = await (await content(path)).blob();
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Saves a file where the browser keeps downloads. */
export function saveFile(file: StoredFile): Promise<void> {
  return save(file.name, contentPath(file.id));
}

/** Saves a month's usage as a CSV table. */
export function saveUsage(period: string): Promise<void> {
  const { name, path } = usageTable(period);
  return save(name, path);
}

/** Saves the audit log as a CSV table. */
export function saveAudit(filter: AuditFilter): Promise<void> {
  const { name, path } = auditTable(filter);
  return save(name, path);
}
