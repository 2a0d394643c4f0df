import { writeFileSync } from 'node:fs';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launch, windowOf } from './browser.js';

/** What `cargo xtask bench console` asks for: pages of the cloud that it has filled, each with a selector of what only the API's
 * answer brings, and the file for what they took. */
const { pages, file } = JSON.parse(process.env['LOADING'] ?? '{}') as {
  readonly pages: readonly { readonly what: string; readonly path: string; readonly ready: string }[];
  readonly file: string;
};
/** The median of so many counts. */
const TRIES = 5;

let browser: Browser;
let page: Page;
let network: CDPSession;
let received = 0;

beforeAll(async () => {
  browser = await launch();
  ({ page } = await windowOf(browser, 'demo'));
  network = await page.context().newCDPSession(page);
  await network.send('Network.enable');
  network.on('Network.loadingFinished', ({ encodedDataLength }) => {
    received += encodedDataLength;
  });
});

afterAll(() => browser?.close());

/** From the address to what is there when it is ready, in milliseconds, and the bytes that came until then. */
async function load(path: string, ready: string): Promise<{ ms: number; bytes: number }> {
  await page.goto('about:blank');
  received = 0;
  const begin = performance.now();
  await page.goto(path, { waitUntil: 'commit' });
  await page.locator(ready).first().waitFor();
  return { ms: performance.now() - begin, bytes: received };
}

async function loads(path: string, ready: string, cached: boolean): Promise<{ ms: number; bytes: number }> {
  await network.send('Network.setCacheDisabled', { cacheDisabled: !cached });
  const all = [];
  for (let tries = 0; tries < TRIES; tries += 1) {
    all.push(await load(path, ready));
  }
  all.sort((one, other) => one.ms - other.ms);
  return all[Math.floor(TRIES / 2)] ?? { ms: Number.NaN, bytes: Number.NaN };
}

it('loads', { timeout: 600_000 }, async () => {
  const figures = [];
  for (const { what, path, ready } of pages) {
    const first = await loads(path, ready, false);
    const again = await loads(path, ready, true);
    figures.push({ page: what, firstMillis: first.ms, firstBytes: first.bytes, againMillis: again.ms });
  }
  expect(figures.length).toBeGreaterThan(0);
  writeFileSync(file, JSON.stringify(figures));
});
