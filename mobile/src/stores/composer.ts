import { create } from 'zustand';

interface Composer {
  /** What is typed and not sent, by conversation. */
  texts: Record<string, string>;
  type: (conversationId: string, text: string) => void;
}

export const useComposer = create<Composer>((set) => ({
  texts: {},
  type: (conversationId, text) => set(({ texts }) => ({ texts: { ...texts, [conversationId]: text } })),
}));
