import { existsSync, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core';
import { expect } from 'vitest';
import { cloud } from './cloud.js';

const SCREENSHOTS = resolve(import.meta.dirname, '..', '..', '.local', 'screenshots');
mkdirSync(SCREENSHOTS, { recursive: true });

/** Debian's, or what `CHROMIUM` names: none is downloaded. */
function chromiumProgram(): string {
  const places = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  const found = places.find((place) => place !== undefined && existsSync(place));
  if (found === undefined) {
    throw new Error('There is no Chromium. Install it (sudo apt-get install -y --no-install-recommends chromium) or name it in CHROMIUM.');
  }
  return found;
}

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumProgram(),
    // Root has no sandbox; the pages are our own.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });

/** A window of one person, and all that its browser complained about. */
export interface Window {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly complaints: string[];
}

export async function windowOf(browser: Browser, user: string | undefined, size = { width: 1280, height: 900 }): Promise<Window> {
  const context = await browser.newContext({ viewport: size, colorScheme: 'light', baseURL: cloud.consoleUrl, acceptDownloads: true });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    // A refusal that a test provokes is written by the browser itself, with the address.
    if (['error', 'warning'].includes(message.type()) && !/status of 40[013]/.test(message.text())) {
      complaints.push(message.text());
    }
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto('/');
  if (user !== undefined) {
    await signIn(page, user, cloud.users[user] ?? '');
    await page.locator('#top-navigation').waitFor();
  }
  return { context, page, complaints };
}

export async function signIn(page: Page, user: string, password: string): Promise<void> {
  await page.getByLabel('User name').fill(user);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Both modes: no violation of WCAG 2.2 AA that axe can see, and a picture of each. */
export async function inspect({ page }: Window, name: string): Promise<void> {
  for (const mode of ['light', 'dark'] as const) {
    const button = page.getByRole('button', { name: mode === 'dark' ? 'Dark mode' : 'Light mode' });
    // The button offers the other mode.
    if (await button.isVisible()) {
      // Not with the mouse: a dialog may lie over it.
      await button.dispatchEvent('click');
    }
    await page.mouse.move(0, 0);
    // Colours fade.
    await page.waitForTimeout(400);
    await page.screenshot({ path: resolve(SCREENSHOTS, `${name}-${mode}.png`), fullPage: true });
    const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
    const found = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(' | ')}`);
    expect(found, `${name}, ${mode}`).toEqual([]);
  }
}

/** Without a bar to scroll the page sideways. */
export async function expectNoOverflow(page: Page): Promise<void> {
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(beyond).toBeLessThanOrEqual(1);
}

export const screenshot = (page: Page, name: string) => page.screenshot({ path: resolve(SCREENSHOTS, `${name}.png`), fullPage: true });
