import { api, data } from './api';
import { queryClient } from './query-client';
import type { Approval, Payload } from './types';

function refresh(): void {
  for (const key of ['approvals', 'approval', 'outbox', 'effect', 'run']) void queryClient.invalidateQueries({ queryKey: [key] });
}

/** Approves what was shown, or `payload` in its place. Whatever comes of it, what is shown is read anew. */
export async function approve({ id, payload_hash }: Approval, payload: Payload[] | null): Promise<void> {
  const body = { decision: 'approve' as const, payload_hash, ...(payload ? { payload } : {}) };
  await data(api().POST('/v1/approvals/{id}/decision', { params: { path: { id } }, body })).finally(refresh);
}

/** Rejects it; the reason is told to who asked. */
export async function reject({ id, payload_hash }: Approval, reason: string): Promise<void> {
  const body = { decision: 'reject' as const, payload_hash, ...(reason.trim() ? { reason: reason.trim() } : {}) };
  await data(api().POST('/v1/approvals/{id}/decision', { params: { path: { id } }, body })).finally(refresh);
}

/** Says what came of an effect whose end is unknown. */
export async function settle(id: string, outcome: 'arrived' | 'send_again'): Promise<void> {
  await data(api().POST('/v1/outbox/{id}/settle', { params: { path: { id } }, body: { outcome } })).finally(refresh);
}

/** Takes a mail back that has not left. */
export async function takeBack(id: string): Promise<void> {
  await data(api().POST('/v1/outbox/{id}/undo', { params: { path: { id } } })).finally(refresh);
}
