// The calendar in a browser: a meeting with a customer is asked for, its time is changed before it is approved, and what was made is read in the
// outbox; free times are offered. And the page of endpoints that are told what happens.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { base, openPage, see, shoot, signIn, speak, text } from './browser.mjs';

for (const [size, language] of [['desktop', 'en'], ['phone', 'zh']]) {
  const w =
    language === 'en'
      ? { ask: 'Meet with jane@abc.example tomorrow at 4pm for 30 minutes about “Gift vouchers”', composer: 'Ask for anything', review: 'Review', change: 'Change this event', ends: 'Ends', save: 'Save', approve: 'Approve and send', approved: 'Approved', when: 'When', invited: 'Invited', online: 'With a link to join in Teams.' }
      : { ask: '明天下午四点和jane@abc.example开会半小时，讨论“礼券方案”', composer: '请输入您的需求', review: '查看', change: '修改这项日程', ends: '结束', save: '保存', approve: '批准并发送', approved: '已批准', when: '时间', invited: '受邀人', online: '附有Teams会议链接。' };
  test(`a meeting with a customer is changed, approved and made as it was approved (${size}, ${language})`, async () => {
    const { page, problems, close } = await openPage({ size });
    await signIn(page, 'sales.rep@mezzofy.example');
    await see(page, 'link', /^(Outbox|发件箱)$/).waitFor();
    await speak(page, language === 'en' ? 'English' : '中文');
    await page.goto(`${base}/chat/new`);
    await see(page, 'textbox', w.composer).fill(w.ask);
    await page.keyboard.press('Enter');
    await see(page, 'button', w.review).click();
    await text(page, w.when).waitFor();
    await text(page, w.online).waitFor();
    await shoot(page, `${size}-calendar-approval-${language}`);
    await see(page, 'button', w.change).click();
    const end = see(page, 'textbox', w.ends);
    await end.fill((await end.inputValue()).replace('16:30', '17:00'));
    await shoot(page, `${size}-calendar-edit-${language}`);
    await see(page, 'button', w.save).click();
    await text(page, /16:00 – 17:00/).waitFor();
    await see(page, 'button', w.approve).click();
    await text(page, w.approved).waitFor();
    await page.goto(`${base}/outbox`);
    await text(page, language === 'en' ? 'Gift vouchers' : '礼券方案').click();
    await page.waitForURL(/\/outbox\/.+/);
    await text(page, w.invited).waitFor();
    await text(page, /16:00 – 17:00/).waitFor();
    await shoot(page, `${size}-calendar-outbox-${language}`);
    if (language !== 'en') await speak(page, 'English');
    assert.deepEqual(problems, []);
    await close();
  });
}

test('times at which everybody is free are offered, and what is on is told', async () => {
  const { page, problems, close } = await openPage({ size: 'phone' });
  await signIn(page, 'finance.manager@mezzofy.example');
  await see(page, 'link', 'Outbox').waitFor();
  await page.goto(`${base}/chat/new`);
  await see(page, 'textbox', 'Ask for anything').fill('Find a free slot with the CEO next week');
  await page.keyboard.press('Enter');
  await text(page, /Everybody is free for 60 minutes at/).waitFor();
  await shoot(page, 'phone-calendar-free');
  await see(page, 'textbox', 'Ask for anything').fill('What is on my calendar next week?');
  await page.keyboard.press('Enter');
  await text(page, /Nothing is in your calendar|Your calendar,/).waitFor();
  await shoot(page, 'phone-calendar-list');
  assert.deepEqual(problems, []);
  await close();
});

for (const [size, language] of [['desktop', 'en'], ['phone', 'zh']]) {
  const w =
    language === 'en'
      ? { endpoints: 'Endpoints', add: 'Add an endpoint', name: 'Name', address: 'Address', ended: 'A run has ended', decided: 'An approval was decided', save: 'Save', once: 'Copy it now: it is shown only this once.', remove: 'Remove', none: 'Nobody is told' }
      : { endpoints: '接收端', add: '添加接收端', name: '名称', address: '地址', ended: '运行结束', decided: '审批已决定', save: '保存', once: '请立即复制：密钥仅显示这一次。', remove: '删除', none: '没有接收端' };
  test(`an administrator adds an endpoint and sees its secret once (${size}, ${language})`, async () => {
    const { page, problems, close } = await openPage({ size });
    await signIn(page, 'admin@mezzofy.example');
    await see(page, 'link', /^(Outbox|发件箱)$/).waitFor();
    await speak(page, language === 'en' ? 'English' : '中文');
    await page.goto(`${base}/admin/webhooks`);
    await see(page, 'radio', w.endpoints).click();
    await text(page, w.none).waitFor();
    await see(page, 'button', w.add).click();
    await see(page, 'textbox', w.name).fill('Shop');
    await see(page, 'textbox', w.address).fill('https://10.0.0.8/hook');
    await see(page, 'switch', w.ended).click();
    await see(page, 'switch', w.decided).click();
    await see(page, 'button', w.save).click();
    await text(page, /own network/).waitFor();
    await shoot(page, `${size}-endpoint-refused-${language}`);
    await see(page, 'textbox', w.address).fill('https://shop.example/hook');
    await see(page, 'button', w.save).click();
    await text(page, w.once).waitFor();
    await shoot(page, `${size}-endpoint-${language}`);
    await see(page, 'button', w.remove).click();
    await page.getByRole('button', { name: w.remove }).last().click();
    await text(page, w.none).waitFor();
    if (language !== 'en') await speak(page, 'English');
    assert.deepEqual(problems.filter((problem) => !problem.includes('422')), []);
    await close();
  });
}
