// What the browser tests share: the system's Chromium, a page that notes every problem, and pictures on request.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { chromium } from 'playwright-core';

export const base = process.env.BASE_URL;
export const sizes = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const shots = process.env.SHOTS;
if (shots) mkdirSync(shots, { recursive: true });

/** The browser of the file whose tests these are. */
export let browser;
before(async () => {
  assert.ok(base, 'BASE_URL says where the server is');
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
});
after(() => browser?.close());

/** A page in a fresh profile. `problems` gathers console errors, broken policies and uncaught exceptions. */
export async function openPage({ size = 'desktop', colorScheme = 'light' } = {}) {
  const context = await browser.newContext({ viewport: sizes[size], colorScheme, locale: 'en-SG', deviceScaleFactor: size === 'phone' ? 2 : 1 });
  const page = await context.newPage();
  const problems = [];
  page.on('console', (message) => message.type() === 'error' && problems.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
  await page.exposeFunction('noteProblem', (text) => problems.push(text));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      window.noteProblem(`policy: ${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  return { page, problems, close: () => context.close() };
}

/** The visible one of the elements that have a role and a name. */
export function see(page, role, name, options = {}) {
  return page.getByRole(role, { name, ...options }).filter({ visible: true }).first();
}

/** The visible one of the elements that have a text: a string is the whole of it. */
export function text(page, what) {
  return page.getByText(what, { exact: typeof what === 'string' }).filter({ visible: true }).first();
}

export async function shoot(page, name) {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`) });
}

export async function signIn(page, email, path = '/') {
  await page.goto(base + path);
  await see(page, 'textbox', 'Email').fill(email);
  await see(page, 'textbox', 'Password').fill('mezzofy-demo');
  await page.keyboard.press('Enter');
}

/** Sets the account's language, whatever it is now. */
export async function speak(page, language) {
  await page.goto(`${base}/settings`);
  const choice = see(page, 'radio', language);
  await choice.waitFor();
  if ((await choice.getAttribute('aria-checked')) === 'true') return;
  const saved = page.waitForResponse((answer) => answer.url().endsWith('/v1/me') && answer.request().method() === 'PATCH');
  await choice.click();
  assert.equal((await saved).status(), 200, 'the language is saved to the account');
}

/** How many pixels of the first page's picture are not white. */
export async function inkOf(page) {
  await page.locator('canvas[data-drawn="1"]').waitFor();
  return page.locator('canvas[data-drawn="1"]').evaluate((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let ink = 0;
    for (let at = 0; at < data.length; at += 4) if (data[at] + data[at + 1] + data[at + 2] < 720) ink += 1;
    return ink;
  });
}
