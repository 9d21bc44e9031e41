// What administrators look after besides people and money: the knowledge base, and webhooks with their sources.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';

import { base, openPage, see, shoot, signIn, speak } from './browser.mjs';

const ADMIN = 'admin@mezzofy.example';
const text = (page, what) => page.getByText(what).filter({ visible: true }).first();

/** Sends an event as Standard Webhooks signs it, and answers the status. */
async function deliver(secret, id, event, data) {
  const at = Math.floor(Date.now() / 1000);
  const body = JSON.stringify({ event, timestamp: new Date().toISOString(), data });
  const signature = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64')).update(`${id}.${at}.${body}`).digest('base64');
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${signature}` };
  return (await fetch(`${base}/webhooks/mezzofy`, { method: 'POST', headers, body })).status;
}

for (const size of ['desktop', 'phone']) {
  test(`a source gets a secret, and what it tells is shown with what came of it (${size})`, async () => {
    const { page, problems, close } = await openPage({ size });
    await signIn(page, ADMIN, '/admin/webhooks');
    await see(page, 'radio', 'Sources').click();
    const panel = see(page, 'region', 'mezzofy');
    await panel.getByText('customer_signed_up → customer_welcome').waitFor();
    await panel.getByRole('button', { name: 'New secret' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'New secret' }).click();
    const secret = await panel.getByText(/^whsec_/).textContent();
    await shoot(page, `${size}-sources`);
    const company = `Kopi House ${size}`;
    const customer = { company_name: company, contact_name: 'Ana Tan', email: `ana.${size}@kopihouse.example`, country: 'Singapore' };
    assert.equal(await deliver(secret, `${size}-1`, 'customer_signed_up', customer), 202);
    assert.equal(await deliver(secret, `${size}-1`, 'customer_signed_up', customer), 202, 'the same again');
    assert.equal(await deliver(secret, `${size}-2`, 'order_completed', {}), 202);
    assert.equal(await deliver(secret, `${size}-3`, 'customer_signed_up', { email: 'nobody@kopihouse.example' }), 202);
    assert.equal(await deliver('whsec_AAAA', `${size}-4`, 'order_completed', {}), 401);
    await page.reload();
    const row = (event) => page.getByRole('listitem').filter({ hasText: event, visible: true }).first();
    await row('order_completed').getByText('No skill for it').waitFor();
    await row('data.company_name is missing.').getByText('Not begun').waitFor();
    await page.getByText('Done', { exact: true }).filter({ visible: true }).first().waitFor({ timeout: 60_000 });
    await shoot(page, `${size}-webhooks`);
    await row('data.company_name is missing.').getByRole('button', { name: 'Take up again' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Take up again' }).click();
    await page.getByRole('dialog', { name: 'Take up again' }).waitFor({ state: 'detached' });
    assert.deepEqual(problems, []);
    await close();
  });

  test(`a document is added to the knowledge base for one department and removed again (${size})`, async () => {
    const { page, problems, close } = await openPage({ size });
    await signIn(page, ADMIN, '/admin/knowledge');
    const add = see(page, 'button', 'Add a document');
    await add.waitFor();
    const chosen = page.waitForEvent('filechooser');
    await add.click();
    const title = `Kiosk hand-over ${size}`;
    await (await chosen).setFiles({ name: `kiosk-${size}.md`, mimeType: 'text/markdown', buffer: Buffer.from(`# ${title}\n\nThe installer hands the kiosk over.\n`) });
    await page.getByRole('dialog').getByRole('radio', { name: 'Support' }).click();
    await shoot(page, `${size}-knowledge-add`);
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await text(page, title).waitFor();
    await shoot(page, `${size}-knowledge`);
    await see(page, 'button', `Remove “${title}”`).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText(title).first().waitFor({ state: 'detached' });
    assert.deepEqual(problems, []);
    await close();
  });
}

test('both pages speak Chinese', async () => {
  const { page, problems, close } = await openPage({ size: 'phone' });
  await signIn(page, ADMIN, '/admin/people');
  await see(page, 'button', 'Add a person').waitFor();
  await speak(page, '中文');
  await page.goto(`${base}/admin/webhooks`);
  await text(page, '没有对应技能').waitFor();
  await shoot(page, 'zh-webhooks');
  await see(page, 'radio', '来源').click();
  await see(page, 'button', '新建密钥').waitFor();
  await shoot(page, 'zh-sources');
  await page.goto(`${base}/admin/knowledge`);
  await see(page, 'button', '添加文档').waitFor();
  await shoot(page, 'zh-knowledge');
  await speak(page, 'English');
  assert.deepEqual(problems, []);
  await close();
});
