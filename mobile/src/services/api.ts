import createClient from 'openapi-fetch';

import { serverAddress } from './address';
import { session } from './auth';
import { Problem, problemFrom } from './problem';
import type { AuditFilter, paths } from './types';

let made: { address: string; client: ReturnType<typeof createClient<paths>> } | null = null;

/** The typed client of the server in use. */
export function api() {
  const address = serverAddress();
  if (made?.address !== address) {
    made = { address, client: createClient<paths>({ baseUrl: address, fetch: session.fetch }) };
  }
  return made.client;
}

/** The data of an answer, or the problem as an exception. */
export async function data<T>(asked: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data: value, error, response } = await asked;
  if (!response.ok) throw problemFrom(response.status, error);
  return value as T;
}

/** Where a file's bytes are. */
export const contentPath = (id: string): string => `/v1/files/${encodeURIComponent(id)}/content`;

/** A month's usage as a CSV table: its name and where it is. */
export const usageTable = (period: string) => ({ name: `usage-${period}.csv`, path: `/v1/admin/usage.csv?period=${period}` });

/** The audit log as a CSV table: its name and where it is. */
export const auditTable = ({ action, person }: AuditFilter) => {
  const query = new URLSearchParams({ ...(action && { action }), ...(person && { person }) }).toString();
  return { name: 'audit.csv', path: `/v1/admin/audit.csv${query && `?${query}`}` };
};

/** The bytes at a path of the server. */
export async function content(path: string): Promise<Response> {
  const response = await session.fetch(new Request(serverAddress() + path));
  if (!response.ok) throw new Problem(response.status, '');
  return response;
}
