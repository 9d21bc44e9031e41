import { refreshKeeper } from './refresh-keeper.web';

it('keeps no token in reach of scripts, only a mark that there is a session', async () => {
  expect(await refreshKeeper.read()).toBeNull();
  await refreshKeeper.write('secret');
  expect(await refreshKeeper.read()).toBe('cookie');
  expect(JSON.stringify({ ...localStorage })).not.toContain('secret');
  await refreshKeeper.keepDevice('device secret');
  expect(await refreshKeeper.device()).toBeNull();
  expect(JSON.stringify({ ...localStorage })).not.toContain('device secret');
  await refreshKeeper.clear();
  expect(await refreshKeeper.read()).toBeNull();
});
