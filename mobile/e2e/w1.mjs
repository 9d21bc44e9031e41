// Workflow W1 in a browser, against a running server with the demo people: BASE_URL=http://127.0.0.1:8080 npm run test:web
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { base, inkOf, openPage, see, shoot, signIn, speak } from './browser.mjs';

const PERSON = 'finance.manager@mezzofy.example';
const CEO = 'ceo@mezzofy.example';
const words = {
  en: {
    ask: 'Generate the latest financial statement and send it to the CEO',
    composer: 'Ask for anything',
    progress: 'Progress',
    done: /^Done in .*steps?\. Show/,
    open: /^Open .*\.pdf$/,
    outbox: 'Outbox',
    sent: 'Sent',
    attachment: /^1 attachment$/,
    page: /^Page 1 of \d+$/,
    greeting: /^What can I do for you/,
  },
  zh: {
    ask: '生成上个季度的财务报表，以PDF发送给首席执行官',
    composer: '请输入您的需求',
    progress: '进度',
    done: /^已完成，用时 .*步\. 显示步骤/,
    open: /^打开 .*\.pdf$/,
    outbox: '发件箱',
    sent: '已发送',
    attachment: /^1 个附件$/,
    page: /^第 1 页，共 \d+ 页$/,
    greeting: /需要我做什么/,
  },
};

/** Asks, watches, reads the PDF, and looks for the mail. */
async function askAndCheck(page, language, name) {
  const w = words[language];
  await page.goto(`${base}/chat/new`);
  await see(page, 'heading', w.greeting).waitFor();
  await shoot(page, `${name}-new`);
  await see(page, 'textbox', w.composer).fill(w.ask);
  const working = see(page, 'status', w.progress).waitFor({ timeout: 20_000 });
  await page.keyboard.press('Enter');
  await working;
  await shoot(page, `${name}-working`);

  const steps = see(page, 'button', w.done);
  await steps.waitFor({ timeout: 60_000 });
  await page.waitForURL(/\/chat\/[0-9a-f-]{36}$/);
  const thread = page.url();
  await shoot(page, `${name}-answer`);
  await steps.click();
  assert.ok((await page.getByRole('log').filter({ visible: true }).getByRole('listitem').count()) >= 2, 'the steps are told');
  await shoot(page, `${name}-steps`);

  await see(page, 'link', w.open).click();
  await page.waitForURL(/\/files\/[0-9a-f-]{36}$/);
  await page.getByText(w.page).filter({ visible: true }).first().waitFor();
  assert.ok((await inkOf(page)) > 2000, 'the first page of the PDF has something on it');
  await shoot(page, `${name}-pdf`);

  await see(page, 'link', w.outbox, { exact: true }).click();
  const mail = see(page, 'link', new RegExp(`${CEO}.*${w.sent}$`));
  await mail.waitFor();
  await shoot(page, `${name}-outbox`);
  await mail.click();
  await page.getByText(w.attachment).filter({ visible: true }).waitFor();
  await page.getByText(CEO).filter({ visible: true }).first().waitFor();
  await shoot(page, `${name}-mail`);
  await see(page, 'link', w.open).click();
  await page.waitForURL(/\/files\/[0-9a-f-]{36}$/);
  assert.ok((await inkOf(page)) > 2000, 'the attachment opens');
  return thread;
}

test('a finance manager has the statement sent to the CEO, in English and in Chinese', async () => {
  const { page, problems, close } = await openPage();
  await page.goto(base);
  await see(page, 'button', 'Sign in').waitFor();
  await shoot(page, 'desktop-light-login');
  await signIn(page, PERSON);
  await see(page, 'navigation', /./).waitFor();

  await speak(page, 'English');
  const english = await askAndCheck(page, 'en', 'desktop-light-en');
  await speak(page, '中文');
  const chinese = await askAndCheck(page, 'zh', 'desktop-light-zh');
  assert.notEqual(english, chinese, 'two conversations');

  await page.goto(english);
  await page.getByText(words.en.ask).filter({ visible: true }).first().waitFor();
  await speak(page, 'English');
  assert.deepEqual(problems, []);
  await close();
});

test('the same works on a phone in the dark, in both languages', async () => {
  const { page, problems, close } = await openPage({ size: 'phone', colorScheme: 'dark' });
  await page.goto(base);
  await see(page, 'button', 'Sign in').waitFor();
  await shoot(page, 'phone-dark-login');
  await signIn(page, PERSON);
  await see(page, 'navigation', /./).waitFor();

  for (const [language, name] of [['en', 'English'], ['zh', '中文']]) {
    await speak(page, name);
    await shoot(page, `phone-dark-${language}-settings`);
    await askAndCheck(page, language, `phone-dark-${language}`);
    for (const place of ['chat', 'files']) {
      await page.goto(`${base}/${place}`);
      await page.getByRole('list').filter({ visible: true }).first().waitFor();
      await shoot(page, `phone-dark-${language}-${place}`);
    }
  }
  await speak(page, 'English');
  assert.deepEqual(problems, []);
  await close();
});

test('a link into the app asks to sign in first and then leads there', async () => {
  const { page, problems, close } = await openPage();
  await signIn(page, PERSON, '/outbox');
  await page.waitForURL(/\/outbox$/);
  await see(page, 'link', new RegExp(CEO)).waitFor();
  assert.deepEqual(problems, []);
  await close();
});
