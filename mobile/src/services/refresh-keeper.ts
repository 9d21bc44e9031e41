import * as SecureStore from 'expo-secure-store';

import type { RefreshKeeper } from './session';

const KEY = 'mezzofy.refresh';

export const refreshKeeper: RefreshKeeper = {
  read: () => SecureStore.getItemAsync(KEY),
  write: (token) => SecureStore.setItemAsync(KEY, token, { keychainAccessible: SecureStore.AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY }),
  clear: () => SecureStore.deleteItemAsync(KEY),
  exclusive: (task) => task(),
};
