// Settings in a browser, against a running server with the demo people: sessions on other devices, and a password refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openPage, see, shoot, signIn } from './browser.mjs';

for (const size of ['desktop', 'phone']) {
  test(`a person ends their session on another device (${size})`, async () => {
    const other = await openPage();
    await signIn(other.page, 'support.agent@mezzofy.example');
    await see(other.page, 'navigation', /./).waitFor();
    const { page, problems, close } = await openPage({ size });
    await signIn(page, 'support.agent@mezzofy.example', '/settings');
    const list = see(page, 'region', 'Sessions');
    await list.getByText('This device').waitFor();
    await list.getByText(/^Chrome on /).first().waitFor();
    await shoot(page, `${size}-settings`);

    await see(page, 'button', 'End all other sessions').click();
    await see(page, 'button', 'End sessions').click();
    await page.getByText('You are signed in nowhere else.').waitFor();
    await other.page.reload();
    await see(other.page, 'button', 'Sign in').waitFor();
    await other.close();

    assert.deepEqual(problems, []);
    await close();
  });
}

test('a password of fewer than twelve characters can not be saved', async () => {
  const { page, problems, close } = await openPage();
  await signIn(page, 'support.agent@mezzofy.example', '/settings');
  await see(page, 'button', 'Change password').click();
  await page.getByLabel('Current password', { exact: true }).fill('mezzofy-demo');
  for (const [chosen, taken] of [['violet', false], ['violet anchor 77', true]]) {
    await page.getByLabel('New password', { exact: true }).fill(chosen);
    await page.getByLabel('New password again', { exact: true }).fill(chosen);
    assert.equal(await see(page, 'button', 'Save').isEnabled(), taken, chosen);
  }
  await shoot(page, 'desktop-password');
  await see(page, 'button', 'Cancel').click();
  assert.deepEqual(problems, []);
  await close();
});
