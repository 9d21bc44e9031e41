import { create } from 'zustand';

import type { StoredFile } from '@/services/types';

/** A file that goes with the next message. */
export interface Attached {
  key: string;
  name: string;
  /** What the server made of it; null while it is on its way. */
  file: StoredFile | null;
  /** Why it was not taken; empty when no answer came. */
  problem: string | null;
}

interface Composer {
  /** What is typed and not sent, by conversation. */
  texts: Record<string, string>;
  /** What is attached and not sent, by conversation. */
  files: Record<string, Attached[]>;
  type: (conversationId: string, text: string) => void;
  put: (conversationId: string, file: Attached) => void;
  change: (conversationId: string, key: string, what: Partial<Attached>) => void;
  take: (conversationId: string, key: string) => void;
  /** Takes text and files away: they are sent. */
  clear: (conversationId: string) => void;
}

export const useComposer = create<Composer>((set) => {
  const files = (id: string, change: (files: Attached[]) => Attached[]) =>
    set((s) => ({ files: { ...s.files, [id]: change(s.files[id] ?? []) } }));
  return {
    texts: {},
    files: {},
    type: (id, text) => set(({ texts }) => ({ texts: { ...texts, [id]: text } })),
    put: (id, file) => files(id, (known) => [...known, file]),
    change: (id, key, what) => files(id, (known) => known.map((file) => (file.key === key ? { ...file, ...what } : file))),
    take: (id, key) => files(id, (known) => known.filter((file) => file.key !== key)),
    clear: (id) => set((s) => ({ texts: { ...s.texts, [id]: '' }, files: { ...s.files, [id]: [] } })),
  };
});
