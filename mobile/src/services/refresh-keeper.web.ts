import type { RefreshKeeper } from './session';

// The token itself is in an HttpOnly cookie. This mark only saves a visitor who never signed in a refused request.
const MARK = 'mezzofy.signed-in';

export const refreshKeeper: RefreshKeeper = {
  read: async () => (localStorage.getItem(MARK) ? 'cookie' : null),
  write: async () => localStorage.setItem(MARK, '1'),
  clear: async () => localStorage.removeItem(MARK),
  device: async () => null,
  keepDevice: async () => undefined,
  exclusive: (task) => (navigator.locks ? navigator.locks.request('mezzofy.refresh', task) : task()),
};
