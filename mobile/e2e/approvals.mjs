// What leaves the company in a browser: asked for, looked at, changed, approved, and taken back in time.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { base, openPage, see, shoot, signIn, speak, text } from './browser.mjs';

const PERSON = 'ceo@mezzofy.example';
const PARTNER = 'partner@bank.example';
const words = {
  en: {
    ask: `Send the statement of October 2026 to ${PARTNER}`,
    composer: 'Ask for anything',
    review: 'Review',
    approvals: /^Approvals/,
    outside: `${PARTNER} · outside the company`,
    edit: 'Change this mail',
    subject: 'Subject',
    save: 'Save',
    changed: 'Changed',
    approve: 'Approve and send',
    reject: 'Reject',
    reason: 'Reason (optional)',
    outbox: 'Outbox',
    undo: 'Undo',
    leaves: /^Leaves in \d+ s$/,
    back: 'Taken back before it left.',
    rejected: 'Rejected',
  },
  zh: {
    ask: `生成2026年10月的财务报表并发给 ${PARTNER}`,
    composer: '请输入您的需求',
    review: '查看',
    approvals: /^审批/,
    outside: `${PARTNER} · 公司外部`,
    edit: '修改这封邮件',
    subject: '主题',
    save: '保存',
    changed: '已修改',
    approve: '批准并发送',
    reject: '拒绝',
    reason: '原因（可选）',
    outbox: '发件箱',
    undo: '撤回',
    leaves: /^\d+ 秒后发出$/,
    back: '发出前已撤回。',
    rejected: '已拒绝',
  },
};

/** Asks for a mail to somebody outside, and opens the approval that waits. */
async function ask(page, w, name) {
  await page.goto(`${base}/chat/new`);
  await see(page, 'textbox', w.composer).fill(w.ask);
  await page.keyboard.press('Enter');
  const review = see(page, 'button', w.review);
  await review.waitFor({ timeout: 60_000 });
  await shoot(page, `${name}-card`);
  await review.click();
  await page.waitForURL(/\/approvals\/[0-9a-f-]{36}$/);
  await text(page, w.outside).waitFor();
  await shoot(page, `${name}-approval`);
}

for (const [language, size] of [
  ['en', 'desktop'],
  ['zh', 'phone'],
]) {
  test(`a mail to somebody outside is looked at, changed, approved and taken back (${language}, ${size})`, async () => {
    const w = words[language];
    const { page, problems, close } = await openPage({ size });
    await signIn(page, PERSON);
    await see(page, 'navigation', /./).waitFor();
    await speak(page, language === 'en' ? 'English' : '中文');
    const name = `approvals-${language}`;

    await ask(page, w, name);
    await see(page, 'button', w.edit).click();
    await see(page, 'textbox', w.subject).fill('October 2026, as agreed');
    await shoot(page, `${name}-edit`);
    await see(page, 'button', w.save).click();
    await text(page, w.changed).waitFor();
    await see(page, 'button', w.approve).click();
    await see(page, 'button', w.approve).waitFor({ state: 'detached' });
    await shoot(page, `${name}-approved`);

    await see(page, 'link', w.outbox, { exact: true }).click();
    await see(page, 'link', /^October 2026, as agreed/).click();
    await text(page, w.leaves).waitFor();
    await shoot(page, `${name}-held`);
    await see(page, 'button', w.undo).click();
    await text(page, w.back).waitFor();
    await shoot(page, `${name}-taken-back`);

    await ask(page, w, `${name}-second`);
    await see(page, 'button', w.reject).click();
    await see(page, 'textbox', w.reason).fill('Not yet.');
    await page.getByRole('dialog').getByRole('button', { name: w.reject }).click();
    await text(page, w.rejected).waitFor();
    await speak(page, 'English');
    assert.deepEqual(problems, []);
    await close();
  });
}
