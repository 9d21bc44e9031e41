import { focusManager, notifyManager, QueryClient } from '@tanstack/react-query';
import { AppState, Platform } from 'react-native';

import { asProblem } from './problem';

// A message takes the place of its draft in one go, not one timer later.
notifyManager.setScheduler(queueMicrotask);

/** All data of the server. A refusal is final; a missing answer is tried again. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (failures, error) => {
        const { status } = asProblem(error);
        return failures < 2 && (status === 0 || status >= 500);
      },
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});

if (Platform.OS !== 'web') {
  AppState.addEventListener('change', (state) => focusManager.setFocused(state === 'active'));
}
