import { api, data } from './api';
import { queryClient } from './query-client';
import type { SetBudget } from './types';

/** Sets a budget; without a limit it is the configured one again. */
export async function setBudget(budget: SetBudget): Promise<void> {
  await data(api().PUT('/v1/admin/budgets', { body: budget }));
  await queryClient.invalidateQueries({ queryKey: ['budgets'] });
}
