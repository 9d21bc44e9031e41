// Who signs in and how: a second factor with its codes; people and roles, as an administrator has them.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';

import { openPage, see, shoot, signIn } from './browser.mjs';

const text = (page, what) => page.getByText(what).filter({ visible: true }).first();

/** What an authenticator app shows for a secret (RFC 6238), some steps from now. */
function code(secret, steps = 0) {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const hash = createHmac('sha1', key).update(counter).digest();
  return String((hash.readUInt32BE(hash[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

for (const size of ['desktop', 'phone']) {
  test(`a second factor is set up, asked for at sign-in, and turned off (${size})`, async () => {
    const who = size === 'desktop' ? 'marketing.creator@mezzofy.example' : 'marketing.manager@mezzofy.example';
    const { page, problems, close } = await openPage({ size });
    await signIn(page, who, '/settings');
    const group = see(page, 'region', 'Second factor');
    await group.getByRole('button', { name: 'Set up' }).click();
    await page.getByLabel('Current password', { exact: true }).fill('mezzofy-demo');
    await page.getByRole('dialog').getByRole('button', { name: 'Next' }).click();
    await page.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor();
    const secret = (await page.getByText(/^([A-Z2-7]{4} )+[A-Z2-7]{1,4}$/).textContent()).replaceAll(' ', '');
    await shoot(page, `${size}-second-factor`);
    await page.getByLabel('Code', { exact: true }).fill(code(secret));
    await page.getByRole('dialog').getByRole('button', { name: 'Next' }).click();
    const recovery = page.getByText(/^[a-z0-9]{4}-[a-z0-9]{4}$/);
    await recovery.first().waitFor();
    assert.equal(await recovery.count(), 10);
    const [first, second] = await recovery.allTextContents();
    await shoot(page, `${size}-recovery-codes`);
    await page.getByRole('dialog').getByRole('button', { name: 'I have kept them' }).click();
    await group.getByText('In force. 10 recovery codes are left.').waitFor();

    await see(page, 'button', 'Sign out').click();
    await see(page, 'button', 'Sign in').waitFor();
    await signIn(page, who, '/settings');
    await see(page, 'textbox', 'Code').fill(first);
    await shoot(page, `${size}-sign-in-code`);
    await page.keyboard.press('Enter');
    await group.getByText('In force. 9 recovery codes are left.').waitFor();

    await group.getByRole('button', { name: 'Turn off' }).click();
    await page.getByLabel('Current password', { exact: true }).fill('mezzofy-demo');
    await page.getByLabel('Code', { exact: true }).fill(second);
    await page.getByRole('dialog').getByRole('button', { name: 'Turn off' }).click();
    await group.getByRole('button', { name: 'Set up' }).waitFor();
    // That the sign-in needs a code is told as a refusal, which browsers note.
    assert.deepEqual(problems.filter((problem) => !problem.includes('401')), []);
    await close();
  });

  test(`an administrator adds a person, gives another role and keeps them out (${size})`, async () => {
    const { page, problems, close } = await openPage({ size });
    await signIn(page, 'admin@mezzofy.example', '/admin/people');
    await see(page, 'link', /^Grace Tan, ceo@mezzofy.example, Executive$/).waitFor();
    await shoot(page, `${size}-people`);
    const name = `Noor ${size}`;
    await see(page, 'button', 'Add a person').click();
    await page.getByLabel('Email', { exact: true }).fill(`noor.${size}@mezzofy.example`);
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByLabel('Title', { exact: true }).fill('Analyst');
    await page.getByRole('dialog').getByRole('button', { name: 'Finance viewer' }).click();
    await page.getByLabel('First password', { exact: true }).fill('violet anchor 77');
    await shoot(page, `${size}-add-person`);
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await see(page, 'link', new RegExp(`^${name},.*Finance viewer$`)).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Finance manager' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await see(page, 'link', new RegExp(`^${name},.*Finance manager$`)).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Keep out' }).click();
    await text(page, `Keep ${name} out?`).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Keep out' }).click();
    await text(page, 'Kept out').waitFor();
    await see(page, 'radio', 'Roles').click();
    await see(page, 'region', 'Sales manager').getByText('standing approvals').waitFor();
    await shoot(page, `${size}-roles`);
    assert.deepEqual(problems, []);
    await close();
  });
}
