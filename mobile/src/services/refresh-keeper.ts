import * as SecureStore from 'expo-secure-store';

import type { RefreshKeeper } from './session';

const KEY = 'mezzofy.refresh';
const DEVICE_KEY = 'mezzofy.device';
const options = { keychainAccessible: SecureStore.AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY };

export const refreshKeeper: RefreshKeeper = {
  read: () => SecureStore.getItemAsync(KEY),
  write: (token) => SecureStore.setItemAsync(KEY, token, options),
  clear: () => SecureStore.deleteItemAsync(KEY),
  device: () => SecureStore.getItemAsync(DEVICE_KEY),
  keepDevice: (token) => SecureStore.setItemAsync(DEVICE_KEY, token, options),
  exclusive: (task) => task(),
};
