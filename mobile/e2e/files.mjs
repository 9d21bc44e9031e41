// Files in a browser: attach one in the chat, ask about it, read what it says. Against a running server with the demo people.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { base, openPage, see, shoot, signIn, speak } from './browser.mjs';

const PERSON = 'sales.rep@mezzofy.example';
const TERMS = ['Agreement between Mezzofy and ABC Restaurant Group.', '', 'Payment is due within 45 days of the invoice.', '', '本合同适用新加坡法律。', ''].join('\n');
const PRICES = 'item,price,unit\nCoupon campaign,1200.00,SGD\nStamp card,300.00,SGD\nGift voucher,80.50,SGD\n';
const words = {
  en: {
    composer: 'Ask for anything', attach: 'Attach files', remove: 'Remove program.pdf', ask: 'When is the payment due, and what does a stamp card cost?',
    refused: /can't be taken/, open: 'Open prices.csv', quote: 'Payment is due within 45 days of the invoice.', language: 'English',
  },
  zh: {
    composer: '请输入您的需求', attach: '添加文件', remove: '移除 program.pdf', ask: '合同适用什么法律？',
    refused: /can't be taken/, open: '打开 prices.csv', quote: '本合同适用新加坡法律。', language: '中文',
  },
};

const file = (name, text) => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(text) });

async function attach(page, w, ...files) {
  const choosing = page.waitForEvent('filechooser');
  await see(page, 'button', w.attach).click();
  await (await choosing).setFiles(files);
}

async function askAboutFiles(page, language, name) {
  const w = words[language];
  await speak(page, w.language);
  await page.goto(`${base}/chat/new`);
  await attach(page, w, file('terms.txt', TERMS), file('prices.csv', PRICES), file('program.pdf', 'MZ\0\0'));
  await page.getByRole('alert').filter({ hasText: w.refused, visible: true }).first().waitFor();
  await shoot(page, `${name}-attached`);
  await see(page, 'button', w.remove).click();
  await see(page, 'textbox', w.composer).fill(w.ask);
  await page.keyboard.press('Enter');
  await page.getByText(w.quote).filter({ visible: true }).first().waitFor({ timeout: 60_000 });
  await shoot(page, `${name}-answer`);

  await see(page, 'link', w.open).click();
  await page.waitForURL(/\/files\/[0-9a-f-]{36}$/);
  await page.getByText('Stamp card').filter({ visible: true }).first().waitFor();
  await shoot(page, `${name}-file`);
}

for (const size of ['desktop', 'phone']) {
  test(`a person attaches files, asks about them and reads what they say, at the size of a ${size}`, async () => {
    const { page, problems, close } = await openPage({ size });
    await signIn(page, PERSON);
    await see(page, 'navigation', /./).waitFor();
    await askAboutFiles(page, 'en', `${size}-files-en`);
    await askAboutFiles(page, 'zh', `${size}-files-zh`);
    await speak(page, 'English');
    // The browser itself notes that an upload was refused.
    assert.deepEqual(problems.filter((problem) => !problem.includes('415')), []);
    await close();
  });
}
