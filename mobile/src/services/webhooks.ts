import { api, data } from './api';
import { queryClient } from './query-client';
import type { ChangedEndpoint, NewEndpoint } from './types';

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

/** Adds an endpoint and answers its secret; it can't be seen again. */
export async function addEndpoint(body: NewEndpoint): Promise<string> {
  const { secret } = await data(api().POST('/v1/admin/endpoints', { body }));
  await refresh();
  return secret;
}

/** Changes an endpoint, pauses or resumes it. */
export async function changeEndpoint(id: string, body: ChangedEndpoint): Promise<void> {
  await data(api().PATCH('/v1/admin/endpoints/{id}', { params: { path: { id } }, body }));
  await refresh();
}

/** Removes an endpoint with what was still to be sent to it. */
export async function removeEndpoint(id: string): Promise<void> {
  await data(api().DELETE('/v1/admin/endpoints/{id}', { params: { path: { id } } }));
  await refresh();
}

/** Gives an endpoint a new secret and answers it; it can't be seen again. */
export async function renewSecret(id: string): Promise<string> {
  const { secret } = await data(api().POST('/v1/admin/endpoints/{id}/secret', { params: { path: { id } } }));
  await refresh();
  return secret;
}

/** Sends an endpoint something, so that one sees whether it arrives. */
export async function testEndpoint(id: string): Promise<void> {
  await data(api().POST('/v1/admin/endpoints/{id}/test', { params: { path: { id } } }));
  await refresh();
}

/** Sends again what was given up. */
export async function repeatSending(id: string): Promise<void> {
  await data(api().POST('/v1/admin/sendings/{id}/repeat', { params: { path: { id } } }));
  await refresh();
}
