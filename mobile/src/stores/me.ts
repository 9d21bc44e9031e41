import { create } from 'zustand';

import type { Problem } from '@/services/problem';
import type { Person } from '@/services/types';

interface Me {
  state: 'restoring' | 'unreachable' | 'signed-out' | 'signed-in';
  person: Person | null;
  wait: () => void;
  show: (person: Person | null) => void;
  fail: (problem: Problem) => void;
}

/** Whether someone may look after the whole company: its usage and budgets. */
export const isAdmin = (person: Person | null): boolean => person?.role === 'admin';

/** Whether someone may read who did what. */
export const mayReadAudit = (person: Person | null): boolean => isAdmin(person) || person?.role === 'executive';

/** Whether someone may let a skill of their department send without asking each time. */
export const maySayYesAhead = (person: Person | null): boolean =>
  isAdmin(person) || ['sales_manager', 'marketing_manager', 'support_manager'].includes(person?.role ?? '');

/** Whether someone may have requests made at set times. */
export const mayHaveSchedules = (person: Person | null): boolean =>
  isAdmin(person) || ['executive', 'finance_manager', 'sales_manager', 'marketing_manager', 'support_manager'].includes(person?.role ?? '');

/** Who is signed in here. */
export const useMe = create<Me>((set) => ({
  state: 'restoring',
  person: null,
  wait: () => set({ state: 'restoring' }),
  show: (person) => set({ person, state: person ? 'signed-in' : 'signed-out' }),
  fail: () => set({ state: 'unreachable' }),
}));
