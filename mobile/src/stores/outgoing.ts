import AsyncStorage from '@react-native-async-storage/async-storage';
import { create } from 'zustand';
import { createJSONStorage, persist } from 'zustand/middleware';

import type { StoredFile } from '@/services/types';

/** A message on its way: kept on the device until the server has accepted it. */
export interface Outgoing {
  client_id: string;
  conversation_id: string;
  text: string;
  /** What goes with it; absent in what an earlier version of the app has kept. */
  files?: StoredFile[];
  state: 'sending' | 'failed';
  /** The server's reason; empty when no answer came. */
  detail: string;
  at: string;
}

interface OutgoingMessages {
  owner: string | null;
  messages: Outgoing[];
  put: (message: Outgoing) => void;
  fail: (clientId: string, detail: string) => void;
  drop: (clientId: string) => void;
  /** Forgets the messages of someone else who used this device. */
  belongTo: (personId: string) => void;
}

export const useOutgoing = create<OutgoingMessages>()(
  persist(
    (set) => ({
      owner: null,
      messages: [],
      put: (message) =>
        set(({ messages }) => ({ messages: [...messages.filter((m) => m.client_id !== message.client_id), message] })),
      fail: (clientId, detail) =>
        set(({ messages }) => ({
          messages: messages.map((m) => (m.client_id === clientId ? { ...m, state: 'failed', detail } : m)),
        })),
      drop: (clientId) => set(({ messages }) => ({ messages: messages.filter((m) => m.client_id !== clientId) })),
      belongTo: (personId) =>
        set(({ owner, messages }) => ({ owner: personId, messages: owner === personId ? messages : [] })),
    }),
    {
      name: 'mezzofy.outgoing',
      storage: createJSONStorage(() => AsyncStorage),
      partialize: ({ owner, messages }) => ({
        owner,
        messages: messages.map((m): Outgoing => ({ ...m, state: 'failed' })),
      }),
    },
  ),
);
