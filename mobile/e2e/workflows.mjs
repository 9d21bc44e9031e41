// The departments' work in a browser: W2's twenty mails in one approval, and what was sent is what was shown; the dashboard of W9;
// what is remembered, and the search over one's history.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { base, openPage, see, shoot, signIn, text } from './browser.mjs';

const REP = 'sales.rep@mezzofy.example';
const CEO = 'ceo@mezzofy.example';

async function ask(page, words) {
  await page.goto(`${base}/chat/new`);
  await see(page, 'textbox', 'Ask for anything').fill(words);
  await page.keyboard.press('Enter');
}

/** The same over the API, as the person of this page. */
async function api(page, path) {
  const signedIn = await page.request.post(`${base}/v1/auth/login`, { data: { email: REP, password: 'mezzofy-demo' } });
  const { access_token: token } = await signedIn.json();
  const answer = await page.request.get(base + path, { headers: { Authorization: `Bearer ${token}` } });
  return answer.json();
}

test('a representative has twenty companies found and written to, and what was shown is what is sent', async () => {
  const { page, problems, close } = await openPage();
  await signIn(page, REP);
  await see(page, 'navigation', /./).waitFor();
  await ask(page, 'Find 20 F&B companies in Singapore on LinkedIn and send intro emails');
  const review = see(page, 'button', 'Review');
  await review.waitFor({ timeout: 60_000 });
  await shoot(page, 'w2-card');
  await review.click();
  await page.waitForURL(/\/approvals\/[0-9a-f-]{36}$/);
  await text(page, /Peranakan Table/).waitFor();
  await shoot(page, 'w2-approval');
  const id = page.url().split('/').at(-1);
  const shown = (await api(page, '/v1/approvals?state=pending')).items.find((approval) => approval.id === id).effects.map(({ payload }) => payload);
  assert.equal(shown.length, 20, 'one approval holds all mails');
  for (const mail of shown) {
    await page.getByText(mail.to[0], { exact: false }).first().waitFor({ state: 'attached' });
  }
  assert.equal(new Set(shown.map((mail) => mail.body)).size, 20, 'each mail is its own');
  await see(page, 'button', /^Approve and send/).click();
  await see(page, 'button', /^Approve and send/).waitFor({ state: 'detached' });
  await shoot(page, 'w2-approved');

  let sent = [];
  for (let tries = 0; tries < 120 && sent.filter((mail) => mail.state === 'done').length < 20; tries += 1) {
    await page.waitForTimeout(500);
    sent = (await api(page, '/v1/outbox?kind=mail&limit=200')).items;
  }
  const key = (mail) => JSON.stringify([mail.to, mail.subject, mail.body]);
  assert.deepEqual(sent.map(key).sort(), shown.map(key).sort(), 'what was sent is what was shown');
  await see(page, 'link', 'Chat', { exact: true }).click();
  await see(page, 'link', /Find 20 F&B companies/).click();
  await text(page, /20 companies found: 20 new leads/).waitFor({ timeout: 30_000 });
  await text(page, /20 mails sent/).waitFor();
  await shoot(page, 'w2-answer');
  assert.deepEqual(problems, []);
  await close();
});

for (const size of ['desktop', 'phone']) {
  test(`the dashboard of all departments is in the chat and as a PDF (${size})`, async () => {
    const { page, problems, close } = await openPage({ size });
    await signIn(page, CEO);
    await see(page, 'navigation', /./).waitFor();
    await ask(page, 'Give me a dashboard of team KPIs across all departments for last month');
    await text(page, /What stands out against/).waitFor({ timeout: 60_000 });
    await text(page, 'Median hours to resolve').waitFor();
    await shoot(page, `w9-${size}`);
    await see(page, 'link', /^Open key-figures.*\.pdf$/).click();
    await page.waitForURL(/\/files\/[0-9a-f-]{36}$/);
    await text(page, /^Page 1 of \d+$/).waitFor();
    await shoot(page, `w9-pdf-${size}`);
    assert.deepEqual(problems, []);
    await close();
  });
}

test('a fact is remembered, seen and forgotten, and what was said is found again', async () => {
  const { page, problems, close } = await openPage();
  await signIn(page, CEO);
  await see(page, 'navigation', /./).waitFor();
  await ask(page, 'Remember that I prefer short reports');
  await text(page, /I will remember: “I prefer short reports”/).waitFor({ timeout: 30_000 });
  await page.goto(`${base}/chat`);
  await see(page, 'searchbox', 'Search').fill('short reports');
  await see(page, 'link', /Remember that I prefer short reports, Conversation/).waitFor();
  await shoot(page, 'search');
  await page.goto(`${base}/settings`);
  const forget = see(page, 'button', 'Forget: I prefer short reports');
  await forget.waitFor();
  await shoot(page, 'memory');
  await forget.click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await forget.waitFor({ state: 'detached' });
  assert.deepEqual(problems, []);
  await close();
});

for (const size of ['desktop', 'phone']) {
  test(`a schedule is made by saying it, runs at once when asked, rests and is removed (${size})`, async () => {
    const { page, problems, close } = await openPage({ size });
    await signIn(page, CEO);
    await see(page, 'navigation', /./).waitFor();
    await ask(page, 'Every Monday at 9 send me the KPI report for last week');
    await text(page, /I will do this every Monday at 09:00, Singapore time/).waitFor({ timeout: 30_000 });
    await shoot(page, `schedule-said-${size}`);
    await page.goto(`${base}/schedules`);
    const name = 'Send me the KPI report for last week';
    const row = see(page, 'article', name, { exact: true });
    await row.getByText('Active', { exact: true }).waitFor();
    await row.getByText('every Monday at 09:00, Singapore time').waitFor();
    await row.scrollIntoViewIfNeeded();
    await shoot(page, `schedules-${size}`);
    await row.getByRole('button', { name: 'Pause' }).click();
    await row.getByText('Paused', { exact: true }).waitFor();
    await row.getByText('None while it is paused').waitFor();
    await row.getByRole('button', { name: 'Run now' }).click();
    await text(page, /The key figures of week/i).waitFor({ timeout: 30_000 });
    await page.goto(`${base}/schedules`);
    await row.getByText('Done', { exact: true }).waitFor();
    await row.getByRole('button', { name: `Remove the schedule “${name}”` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await row.waitFor({ state: 'detached' });
    assert.deepEqual(problems, []);
    await close();
  });
}
