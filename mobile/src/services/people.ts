import { api, data } from './api';
import { queryClient } from './query-client';
import type { components } from './schema';

type Schemas = components['schemas'];

const refresh = () => Promise.all(['people', 'roles'].map((key) => queryClient.invalidateQueries({ queryKey: [key] })));

/** Adds a person who can sign in from now on. */
export async function addPerson(body: Schemas['AddPerson']): Promise<void> {
  await data(api().POST('/v1/admin/people', { body }));
  await refresh();
}

/** Changes what is named of a person, and nothing else. */
export async function changePerson(id: string, body: Schemas['ChangePerson']): Promise<void> {
  await data(api().PATCH('/v1/admin/people/{id}', { params: { path: { id } }, body }));
  await refresh();
}

/** Lets a skill of the own department send without asking each time. */
export async function giveStandingApproval(body: Schemas['NewStandingApproval']): Promise<void> {
  await data(api().POST('/v1/standing-approvals', { body }));
  await queryClient.invalidateQueries({ queryKey: ['standing'] });
}

/** Ends that at once. */
export async function endStandingApproval(id: string): Promise<void> {
  await data(api().DELETE('/v1/standing-approvals/{id}', { params: { path: { id } } }));
  await queryClient.invalidateQueries({ queryKey: ['standing'] });
}
