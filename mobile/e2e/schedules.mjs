// Schedules in a browser, against a running server with the demo people: those of the demo, one made through the form, its history.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { base, openPage, see, shoot, signIn, speak, text } from './browser.mjs';

const FINANCE = 'finance.manager@mezzofy.example';
const SUMMARY = 'monthly_financial_summary';
const DIGEST = 'Open invoices';

const card = (page, name) => see(page, 'article', name, { exact: true });

/** To the schedules over the menu. */
async function toSchedules(page, name = 'Schedules') {
  await see(page, 'link', name, { exact: true }).click();
  await page.waitForURL(/\/schedules$/);
}

for (const size of ['desktop', 'phone']) {
  test(`a schedule of the demo is resumed and run at once, and its conversation shows the statement (${size})`, async () => {
    const { page, problems, close } = await openPage({ size });
    await signIn(page, FINANCE);
    await toSchedules(page);
    const summary = card(page, SUMMARY);
    await summary.getByText('Paused', { exact: true }).waitFor();
    await summary.getByText('on the 1st of each month at 08:00, Singapore time').waitFor();
    await summary.getByText('None while it is paused').waitFor();
    await shoot(page, `${size}-schedules-paused`);

    await summary.getByRole('button', { name: 'Resume' }).click();
    await summary.getByText('Active', { exact: true }).waitFor();
    // On a first of a month the last run's time, below, is of this form too.
    await summary.getByText(/^\w{3}, 1 \w+ \d{4}, \d\d:\d\d$/).first().waitFor();
    await summary.getByRole('button', { name: 'Run now' }).click();
    await page.waitForURL(/\/chat\/[0-9a-f-]{36}$/);
    const conversation = page.url();
    await text(page, /^Done/).waitFor({ timeout: 60_000 });
    await see(page, 'link', /^Open .*\.pdf$/).waitFor();
    await shoot(page, `${size}-schedule-run`);

    await page.goto(`${base}/schedules`);
    await summary.getByText('Done', { exact: true }).waitFor();
    await shoot(page, `${size}-schedules`);
    await summary.getByRole('button', { name: 'History' }).click();
    await page.waitForURL(/\/schedules\/[0-9a-f-]{36}$/);
    await text(page, 'Planned').waitFor();
    const ran = page.getByRole('listitem').filter({ hasText: 'started by hand' }).filter({ visible: true }).first();
    await ran.getByText('Done', { exact: true }).waitFor();
    await shoot(page, `${size}-schedule-history`);
    await ran.getByRole('button', { name: /^Open the conversation of / }).click();
    await page.waitForURL(conversation);
    await see(page, 'link', /^Open .*\.pdf$/).waitFor();

    await see(page, 'link', 'Schedules', { exact: true }).click();
    await page.waitForURL(/\/schedules\/[0-9a-f-]{36}$/);
    await see(page, 'button', 'Back').click();
    await summary.getByRole('button', { name: 'Pause' }).click();
    await summary.getByText('Paused', { exact: true }).waitFor();
    assert.deepEqual(problems, []);
    await close();
  });

  test(`a schedule is made through the form, read in words, changed and removed (${size})`, async () => {
    const { page, problems, close } = await openPage({ size });
    await signIn(page, FINANCE);
    await toSchedules(page);
    await see(page, 'button', 'New schedule').click();
    await page.waitForURL(/\/schedules\/new$/);
    const save = see(page, 'button', 'Save');
    await save.click();
    await text(page, 'Give it a name.').waitFor();
    await text(page, 'Say what should be asked.').waitFor();
    await see(page, 'textbox', 'Name').fill(SUMMARY);
    await see(page, 'textbox', 'Request').fill('Show me the open invoices');
    await see(page, 'radio', 'Friday').click();
    await see(page, 'textbox', 'Time', { exact: true }).fill('25:00');
    await save.click();
    await text(page, 'Enter a time such as 09:00.').waitFor();
    await see(page, 'textbox', 'Time', { exact: true }).fill('16:30');
    await see(page, 'textbox', 'Time zone').fill('Asia/Singapur');
    await save.click();
    await text(page, /^“Asia\/Singapur” is not a time zone/).waitFor();
    await shoot(page, `${size}-schedule-refused`);
    await see(page, 'textbox', 'Time zone').fill('Asia/Singapore');
    await save.click();
    await text(page, new RegExp(SUMMARY)).waitFor();
    await see(page, 'textbox', 'Name').fill(DIGEST);
    await see(page, 'radio', 'Skip').click();
    await shoot(page, `${size}-schedule-form`);
    await save.click();
    await page.waitForURL(/\/schedules$/);

    const made = card(page, DIGEST);
    await made.getByText('every Friday at 16:30, Singapore time').waitFor();
    await made.getByText('Active', { exact: true }).waitFor();
    await made.getByText('Not run yet').waitFor();

    await made.getByRole('button', { name: 'Change', exact: true }).click();
    await page.waitForURL(/\/schedules\/[0-9a-f-]{36}\/edit$/);
    assert.equal(await see(page, 'radio', 'Weekly').getAttribute('aria-checked'), 'true');
    assert.equal(await see(page, 'radio', 'Friday').getAttribute('aria-checked'), 'true');
    assert.equal(await see(page, 'radio', 'Skip').getAttribute('aria-checked'), 'true');
    await see(page, 'radio', 'Interval').click();
    await see(page, 'textbox', 'Every').fill('5');
    await see(page, 'radio', 'minutes', { exact: true }).click();
    await save.click();
    await text(page, /a schedule may come every 15 minutes at most/).waitFor();
    await shoot(page, `${size}-schedule-too-often`);
    await see(page, 'radio', 'hours', { exact: true }).click();
    await save.click();
    await made.getByText('every 5 hours, Singapore time').waitFor();

    await made.getByRole('button', { name: 'History' }).click();
    await text(page, 'Planned').waitFor();
    await see(page, 'button', 'Back').click();
    await made.getByRole('button', { name: `Remove the schedule “${DIGEST}”` }).click();
    await shoot(page, `${size}-schedule-remove`);
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await made.waitFor({ state: 'detached' });
    // The three refusals.
    assert.deepEqual(problems.filter((problem) => !/status of (409|422)/.test(problem)), []);
    await close();
  });

  test(`schedules are read in Chinese (${size})`, async () => {
    const { page, problems, close } = await openPage({ size });
    await signIn(page, FINANCE);
    await see(page, 'navigation', /./).waitFor();
    await speak(page, '中文');
    try {
      await toSchedules(page, '定时任务');
      await card(page, SUMMARY).getByText('每月1日 08:00（新加坡时间）').waitFor();
      await shoot(page, `${size}-schedules-zh`);
      await see(page, 'button', '新建定时任务').click();
      await see(page, 'radio', '星期五').click();
      await shoot(page, `${size}-schedule-form-zh`);
    } finally {
      await speak(page, 'English');
    }
    assert.deepEqual(problems, []);
    await close();
  });
}

test('who has no schedules is told what they are for', async () => {
  const { page, problems, close } = await openPage();
  await signIn(page, 'marketing.manager@mezzofy.example');
  await toSchedules(page);
  await text(page, 'No schedules yet').waitFor();
  await text(page, /For example, every Monday at 09:00/).waitFor();
  await shoot(page, 'schedules-empty');
  await see(page, 'button', 'New schedule').click();
  await page.waitForURL(/\/schedules\/new$/);
  assert.deepEqual(problems, []);
  await close();
});

test('an administrator has room for every place in the bar of a phone', async () => {
  const { page, problems, close } = await openPage({ size: 'phone' });
  await signIn(page, 'admin@mezzofy.example');
  await toSchedules(page);
  await text(page, 'No schedules yet').waitFor();
  const cut = await page.getByRole('navigation').evaluate((bar) => [...bar.querySelectorAll('a div[dir]')].filter((label) => label.scrollWidth > label.clientWidth).map((label) => label.textContent));
  await shoot(page, 'phone-admin-bar');
  assert.deepEqual(cut, [], 'no label is cut');
  assert.deepEqual(problems, []);
  await close();
});

test('who may not have schedules has no entry for them, and their address leads to the chat', async () => {
  const { page, problems, close } = await openPage();
  await signIn(page, 'sales.rep@mezzofy.example');
  await see(page, 'link', 'Outbox').waitFor();
  assert.equal(await page.getByRole('link', { name: 'Schedules' }).count(), 0);
  for (const place of ['/schedules', '/schedules/new']) {
    await page.goto(base + place);
    await page.waitForURL(/\/chat$/);
  }
  await text(page, 'What can I do for you?').waitFor();
  assert.deepEqual(problems, []);
  await close();
});
