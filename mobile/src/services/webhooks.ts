import { api, data } from './api';
import { queryClient } from './query-client';

const refresh = () => queryClient.invalidateQueries({ queryKey: ['webhooks'] });

/** Makes a new secret for a source and answers it; it can't be seen again. */
export async function makeSecret(name: string): Promise<string> {
  const { secret } = await data(api().POST('/v1/admin/sources/{name}/secrets', { params: { path: { name } } }));
  await refresh();
  return secret;
}

/** Ends a secret at once. */
export async function endSecret(id: string): Promise<void> {
  await data(api().DELETE('/v1/admin/sources/secrets/{id}', { params: { path: { id } } }));
  await refresh();
}

/** Takes a delivery up again. */
export async function repeatDelivery(id: string): Promise<void> {
  await data(api().POST('/v1/admin/deliveries/{id}/repeat', { params: { path: { id } } }));
  await refresh();
}
