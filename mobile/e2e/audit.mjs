// The audit log in a browser, against a running server with the demo people.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openPage, see, shoot, signIn } from './browser.mjs';

for (const size of ['desktop', 'phone']) {
  test(`an executive reads who did what and takes it along (${size})`, async () => {
    const { page, problems, close } = await openPage({ size });
    await signIn(page, 'ceo@mezzofy.example');
    await see(page, 'link', 'Admin').click();
    await page.waitForURL(/\/admin\/audit$/);
    await see(page, 'listitem').filter({ hasText: 'Signed in' }).filter({ hasText: 'ceo@mezzofy.example' }).first().waitFor();
    await shoot(page, `${size}-audit`);

    const saved = page.waitForEvent('download');
    await see(page, 'button', 'Download CSV').click();
    assert.equal((await saved).suggestedFilename(), 'audit.csv');
    await see(page, 'radio', 'Audit log exported').click();
    await see(page, 'listitem').filter({ hasText: 'Audit log exported' }).first().waitFor();
    await see(page, 'textbox', 'Email address of a person').fill('sales.rep@mezzofy.example');
    await see(page, 'textbox', 'Email address of a person').press('Enter');
    await page.getByText('Nothing was noted').waitFor();
    assert.deepEqual(problems, []);
    await close();
  });
}
