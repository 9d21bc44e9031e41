// The administrator's page of usage and budgets in a browser, against a running server with the demo people.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openPage, see, shoot, signIn } from './browser.mjs';

for (const size of ['desktop', 'phone']) {
  test(`an administrator sees the month and sets a budget (${size})`, async () => {
    const { page, problems, close } = await openPage({ size });
    await signIn(page, 'admin@mezzofy.example');
    await see(page, 'link', 'Admin').click();
    await page.waitForURL(/\/admin\/usage$/);
    await see(page, 'progressbar', 'Whole company').waitFor();
    assert.ok(await see(page, 'button', 'Month after').isDisabled(), 'there is no month after this one');
    await see(page, 'region', 'Prices').getByText('Claude Sonnet 5.5').first().waitFor();
    await shoot(page, `${size}-usage`);

    await see(page, 'button', 'Change the budget: Sales').click();
    await see(page, 'textbox', 'US dollars a month').fill('123.45');
    await see(page, 'button', 'Save').click();
    await page.getByText('of US$123.45').first().waitFor();
    await see(page, 'button', 'Change the budget: Sales').click();
    await see(page, 'radio', 'Default').click();
    await see(page, 'button', 'Save').click();
    await page.getByText('of US$123.45').first().waitFor({ state: 'detached' });

    await see(page, 'button', 'Month before').click();
    await page.getByText('No AI model was used in this month').waitFor();
    assert.deepEqual(problems, []);
    await close();
  });
}

test('nobody else is led there', async () => {
  const { page, problems, close } = await openPage();
  await signIn(page, 'finance.manager@mezzofy.example', '/admin/usage');
  await see(page, 'navigation', /./).waitFor();
  assert.equal(await page.getByRole('link', { name: 'Admin' }).count(), 0);
  assert.equal(await page.getByText('Budgets').count(), 0);
  assert.deepEqual(problems, []);
  await close();
});
