import { create } from 'zustand';

import type { Problem } from '@/services/problem';
import type { Permission, Person } from '@/services/types';

interface Me {
  state: 'restoring' | 'unreachable' | 'signed-out' | 'signed-in';
  person: Person | null;
  wait: () => void;
  show: (person: Person | null) => void;
  fail: (problem: Problem) => void;
}

/** Who is signed in here. */
export const useMe = create<Me>((set) => ({
  state: 'restoring',
  person: null,
  wait: () => set({ state: 'restoring' }),
  show: (person) => set({ person, state: person ? 'signed-in' : 'signed-out' }),
  fail: () => set({ state: 'unreachable' }),
}));

/** Whether the role of who is signed in allows something. */
export const useMay = (permission: Permission): boolean => useMe((s) => s.person?.permissions.includes(permission) ?? false);
