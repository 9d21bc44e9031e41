// Messages in Teams in a browser: one is asked for and read in the outbox, a schedule posts its result, and the page of the account that posts.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { base, openPage, see, shoot, signIn, speak, text } from './browser.mjs';

for (const [size, language] of [['desktop', 'en'], ['phone', 'zh']]) {
  const w =
    language === 'en'
      ? { ask: 'Give me the KPI dashboard for October and post it in the management channel', composer: 'Ask for anything', done: /are in the channel management in Teams/, outbox: 'Outbox', subject: 'Key figures, October 2026' }
      : { ask: '给我看看十月的关键指标，并发到管理层频道', composer: '请输入您的需求', done: /已发到Teams的management频道/, outbox: '发件箱', subject: '2026年10月关键指标' };
  test(`a dashboard is posted in a channel and stands in the outbox (${size}, ${language})`, async () => {
    const { page, problems, close } = await openPage({ size });
    await signIn(page, 'ceo@mezzofy.example');
    await see(page, 'link', /^(Outbox|发件箱)$/).waitFor();
    await speak(page, language === 'en' ? 'English' : '中文');
    await page.goto(`${base}/chat/new`);
    await see(page, 'textbox', w.composer).fill(w.ask);
    await page.keyboard.press('Enter');
    await text(page, w.done).waitFor();
    await shoot(page, `${size}-teams-answer-${language}`);
    await page.goto(`${base}/outbox`);
    await text(page, w.subject).click();
    await text(page, '#management').waitFor();
    await page.waitForURL(/\/outbox\/.+/);
    await shoot(page, `${size}-teams-outbox-${language}`);
    if (language !== 'en') await speak(page, 'English');
    assert.deepEqual(problems, []);
    await close();
  });
}

test('who gets a schedule’s result is set in its form and stands on its card', async () => {
  const { page, problems, close } = await openPage({ size: 'phone' });
  await signIn(page, 'support.manager@mezzofy.example');
  await see(page, 'link', 'Schedules', { exact: true }).click();
  const card = see(page, 'article', 'weekly_support_digest');
  await card.getByText('support.manager@mezzofy.example, #support').waitFor();
  await card.getByRole('button', { name: 'Change' }).click();
  await see(page, 'textbox', 'Post the result in Teams').fill('sales');
  await see(page, 'button', 'Save').click();
  await text(page, 'Your role does not allow posting in the channel “sales”.').waitFor();
  await shoot(page, 'phone-teams-schedule-refused');
  await see(page, 'textbox', 'Post the result in Teams').fill('');
  await see(page, 'button', 'Save').click();
  await card.getByText('support.manager@mezzofy.example', { exact: true }).waitFor();
  await shoot(page, 'phone-teams-schedule');
  assert.deepEqual(problems.filter((problem) => !problem.includes('403')), []);
  await close();
});

for (const size of ['desktop', 'phone']) {
  test(`administrators see which account posts, and where (${size})`, async () => {
    const { page, problems, close } = await openPage({ size });
    await signIn(page, 'admin@mezzofy.example', '/admin/microsoft');
    await text(page, 'Signed in').waitFor();
    await text(page, '#marketing').waitFor();
    await shoot(page, `${size}-teams-account`);
    assert.deepEqual(problems, []);
    await close();
  });
}
