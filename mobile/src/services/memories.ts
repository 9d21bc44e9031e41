import { api, data } from './api';
import { queryClient } from './query-client';

const refresh = () => queryClient.invalidateQueries({ queryKey: ['memories'] });

/** Has a fact remembered. */
export async function remember(text: string): Promise<void> {
  await data(api().POST('/v1/memories', { body: { text } }));
  await refresh();
}

/** Has a fact forgotten, for good. */
export async function forget(id: string): Promise<void> {
  await data(api().DELETE('/v1/memories/{id}', { params: { path: { id } } }));
  await refresh();
}
