import { availableParallelism, loadavg } from 'node:os';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Window, launch, windowOf } from './browser.js';
import { api, forget, simulator, unique } from './cloud.js';
import { type Measured, measure, table } from './smooth.js';

/**
 * 4,000 source servers, 100 protection groups and a plan of 100 waves, as somebody meets them. The table that is printed is
 * that of "How fast the console is" in docs/ARCHITECTURE.md.
 */
const SERVERS = 4000;
const WAVES = 100;
/** What the console promises. */
const TARGET_MS = 100;
/** What fails the test: twice that on a quiet machine, and as many times as programs share a core on a busy one. */
const limit = () => TARGET_MS * Math.max(2, (loadavg()[0] ?? 0) / availableParallelism());
/** What a page needs is the best of several tries: the others tell what the neighbours took. One that is good is enough. */
const TRIES = 3;
/** A Region of its own, so that other tests do not meet these servers. */
const REGION = 'eu-central-1';

const name = `scale-${unique}`;
const groupName = (number: number) => `${name}-${String(number).padStart(3, '0')}`;
const ids = Array.from({ length: SERVERS }, (_, index) => `s-${(unique + String(index).padStart(5, '0')).padStart(17, '0')}`);
const PER_GROUP = SERVERS / WAVES;
let browser: Browser;
let demo: Window;

async function seed(): Promise<void> {
  await simulator('inventory', {
    sourceServers: ids.map((id, index) => ({ id, hostname: `${name}-${index}`, region: REGION, os: 'linux', tags: { app: `app-${index % 50}` } })),
  });
  const groups = Array.from({ length: WAVES }, (_, group) => ({
    name: groupName(group),
    region: REGION,
    servers: ids.slice(group * PER_GROUP, (group + 1) * PER_GROUP).map((id) => ({ id })),
  }));
  // An import answers within the 29 s of API Gateway, so it comes in parts.
  for (let from = 0; from < WAVES; from += 50) {
    await api('POST', '/import', { protectionGroups: groups.slice(from, from + 50) });
  }
  const waves = groups.map((group, wave) => ({ name: `w${wave}`, groups: [group.name], dependsOnWaves: wave >= 10 ? [`w${wave - 10}`] : [] }));
  await api('PUT', `/recovery-plans/${name}`, { name, waves });
  await api('POST', '/source-servers/refresh');
  const known = async () => (await api<{ total: number }>('GET', `/source-servers?limit=1&text=${name}`)).total === SERVERS;
  await vi.waitUntil(known, { timeout: 180_000, interval: 1000 });
}

beforeAll(async () => {
  await seed();
  browser = await launch();
  demo = await windowOf(browser, 'demo');
}, 240_000);

interface Run {
  readonly status: string;
  readonly endedAt: number | null;
  readonly cleanup: { readonly status: string } | null;
  readonly waves: readonly { readonly servers: readonly { readonly status: string }[] }[];
}

let started: string | undefined;
const run = () => api<Run>('GET', `/executions/${started}`);
/** Whether it is so by now; an answer that does not come in time is none. */
const is = (so: (run: Run) => boolean) => run().then(so, () => false);
/** How many servers it has begun with. */
const begun = ({ waves }: Run) => waves.flatMap(({ servers }) => servers).filter(({ status }) => status !== 'PENDING').length;

/** The run, once DRS launches for it; it fails when it ended. */
async function underWay(): Promise<Run | undefined> {
  const now = await run();
  expect(now.endedAt, now.status).toBeNull();
  return begun(now) > 0 ? now : undefined;
}

/** Other tests look at the same cloud. */
afterAll(async () => {
  await browser?.close();
  if (started !== undefined) {
    await api('POST', `/executions/${started}/cancel`, { comment: 'measured' }).catch(() => undefined);
    await vi.waitUntil(() => is(({ endedAt }) => endedAt !== null), { timeout: 120_000, interval: 2000 });
    // A server is not forgotten while an instance of it stands.
    await api('POST', `/executions/${started}/cleanup`, {}).catch(() => undefined);
    await vi.waitUntil(() => is(({ cleanup }) => cleanup?.status !== 'RUNNING'), { timeout: 240_000, interval: 2000 });
  }
  await api('DELETE', `/recovery-plans/${name}`).catch(() => undefined);
  const open = Array.from({ length: WAVES }, (_, group) => groupName(group));
  const worker = async () => {
    for (let group = open.pop(); group !== undefined; group = open.pop()) {
      await api('DELETE', `/protection-groups/${group}`).catch(() => undefined);
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  await forget(ids);
  await api('POST', '/source-servers/refresh');
}, 600_000);

const measured: (Measured & { readonly limit: number })[] = [];

/** `back` undoes what `act` does, for another try. */
async function record(what: string, act: () => Promise<unknown>, back: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
  let best: Measured | undefined;
  for (let tries = 0; tries < TRIES && (best === undefined || best.slowest > TARGET_MS / 2); tries += 1) {
    if (best !== undefined) {
      await back();
      await demo.page.waitForTimeout(200);
    }
    const one = await measure(demo.page, what, act);
    best = best !== undefined && best.slowest <= one.slowest ? best : one;
  }
  measured.push({ ...(best as Measured), limit: limit() });
}

/** Types as fast as people do. */
const type = (text: string) => demo.page.keyboard.type(text, { delay: 120 });

/** Clicks what the navigation offers, and waits for what is on the page. */
async function open(link: string, ready: string): Promise<void> {
  await demo.page.getByRole('navigation', { name: 'Navigation' }).getByRole('link', { name: link, exact: true }).click();
  await demo.page.getByText(ready).first().waitFor();
}

const servers = () => demo.page.getByRole('link', { name: new RegExp(`^${name}-`) }).first();

const readToItsEnd = () => demo.page.getByRole('heading', { name: /^Source servers \(\d+\)$/ }).waitFor({ timeout: 60_000 });

it('source servers: opening, filtering, sorting, turning pages, scrolling', async () => {
  const { page } = demo;
  await page.goto('/servers');
  await readToItsEnd();
  await servers().waitFor();
  const settings = () => open('Settings', 'Signed in as');
  await settings();
  await record('open the list of servers', () => open('Source servers', 'Newest recovery point'), settings);
  const filter = page.getByLabel('Find source servers');
  await record('step into the filter of servers', () => filter.click(), () => page.keyboard.press('Escape'));
  await record('type into the filter of servers', () => type(`${name.slice(-4)}-399`), () => filter.fill(''));
  await page.keyboard.press('Enter');
  await page.getByText('11 matches').first().waitFor();
  const clear = () => page.getByRole('button', { name: 'Clear the filter' }).first().click();
  await clear();
  const apply = async () => {
    await filter.fill(`${name}-399`);
    await page.keyboard.press('Enter');
  };
  await record('apply the filter', apply, clear);
  await record('take the filter away', clear, apply);
  await record('sort servers by lag', () => page.getByRole('columnheader', { name: 'Lag' }).getByRole('button').press('Enter'));
  await record('turn to the next page', () => page.getByRole('button', { name: 'Next page of servers' }).click());
  await record('scroll through servers', async () => {
    for (let turns = 0; turns < 10; turns += 1) {
      await page.mouse.wheel(0, 400);
      await page.waitForTimeout(60);
    }
  });
});

it('protection groups: opening, filtering, choosing servers', async () => {
  const { page } = demo;
  const settings = () => open('Settings', 'Signed in as');
  await open('Protection groups', groupName(0));
  await settings();
  await record('open the list of groups', () => open('Protection groups', groupName(0)), settings);
  const groups = page.getByLabel('Find groups');
  await groups.click();
  await record('type into the filter of groups', () => type('-09'), () => groups.fill(''));
  await page.goto('/new-group');
  await page.getByLabel('Name', { exact: true }).fill(`${name}-new`);
  await page.getByRole('button', { name: /^Region/ }).click();
  await page.getByRole('option', { name: REGION, exact: true }).click();
  const next = () => page.getByRole('button', { name: 'Next', exact: true }).click();
  const previous = () => page.getByRole('button', { name: 'Previous', exact: true }).click();
  await next();
  const first = page.getByText(`${name}-0`, { exact: true }).first();
  await first.waitFor();
  await previous();
  await record('on to the servers of a new group', next, previous);
  await first.waitFor();
  const filter = page.getByLabel('Find source servers');
  await filter.click();
  await record('search servers in the wizard', () => type(`${name.slice(-4)}-39`), () => filter.fill(''));
  await record('choose a server', () => page.getByRole('checkbox', { name: new RegExp(`^Choose ${name}-39`) }).first().click());
  await record('choose a page of servers', () => page.getByRole('checkbox', { name: 'Choose all servers that are shown' }).click());
  await record('on to the launch settings', next, previous);
  await record('on to the review', next, previous);
});

it('a plan of 100 waves: opening, its graph, its forecast', async () => {
  const { page } = demo;
  const plans = async () => {
    await open('Recovery plans', name);
  };
  await plans();
  const graph = page.getByRole('group', { name: /^Waves and what each waits for/ });
  await record('open a plan of 100 waves', async () => {
    await page.getByRole('link', { name, exact: true }).click();
    await graph.getByRole('button', { name: /w99/ }).waitFor({ state: 'attached' });
  }, plans);
  await record('choose a wave in the graph', () => graph.getByRole('button', { name: /\bw0\b/ }).press('Enter'));
  await record('show the forecast', async () => {
    await page.getByRole('tab', { name: 'Forecast' }).click();
    await page.getByText('Critical path').first().waitFor();
  }, () => page.getByRole('tab', { name: 'Waves' }).click());
  await page.goto(`/plans/${name}/edit`);
  const description = page.getByLabel('Description');
  await description.click();
  await graph.getByRole('button', { name: /w99/ }).waitFor({ state: 'attached' });
  await record('type into the editor of the plan', () => type('slow'), () => description.fill(''));
  await page.getByLabel('Name', { exact: true }).nth(1).click();
  await record('type into the name of one of its waves', () => type('x'));
  await record('open the form of another wave', () => page.getByRole('button', { name: 'Wave w3', exact: true }).click());
  await record('turn to light or dark', () => page.getByRole('button', { name: /^(Dark|Light) mode$/ }).click());
});

/** How long it is watched while nobody does anything: some ticks of the clock and polls of the API. */
const WATCHED_MS = 10_000;

/** Preflight of thousands of servers comes before the first launch. */
const UNDER_WAY_MS = 240_000;

it('a drill of 100 waves, in progress', async () => {
  const { page } = demo;
  const { executionId } = await api<{ executionId: string }>('POST', `/recovery-plans/${name}/executions`, { mode: 'DRILL' });
  started = executionId;
  await page.goto(`/executions/${executionId}`);
  const before = begun(await vi.waitUntil(underWay, { timeout: UNDER_WAY_MS, interval: 2000 }));
  await page.getByRole('heading', { name: `Servers (${SERVERS})` }).waitFor();
  await page.getByRole('row').filter({ hasText: 'Launching' }).first().waitFor();
  await record('a drill in progress: watch it', () => page.waitForTimeout(WATCHED_MS));
  const filter = page.getByLabel('Find servers');
  await record('step into the filter of its servers', () => filter.click(), () => page.keyboard.press('Escape'));
  await record('type into the filter of its servers', () => type(`${name.slice(-4)}-399`), () => filter.fill(''));
  await filter.fill('');
  await record('sort its servers by phase', () => page.getByRole('columnheader', { name: 'Phase' }).getByRole('button').press('Enter'));
  await record('turn to the next page of servers', () => page.getByRole('button', { name: 'Next page of servers' }).click());
  const wave = page.getByRole('group', { name: /^Waves and what each waits for/ }).getByRole('button', { name: /^Wave w1:/ });
  const chosen = () => wave.press('Enter');
  await record('choose one of its waves', chosen, chosen);
  await page.getByRole('heading', { name: `Servers (${PER_GROUP})` }).waitFor();
  await chosen();
  const waves = (which: string) => page.getByRole('button', { name: `${which} page of waves` }).click();
  await record('turn to the next page of waves', () => waves('Next'), () => waves('Previous'));
  const after = begun(await run());
  console.log(`${before} to ${after} of ${SERVERS} servers launched or on their way while it was measured`);
  expect(after).toBeLessThan(SERVERS);
}, UNDER_WAY_MS + 120_000);

it('stays smooth', () => {
  console.log(`${table(`${SERVERS} servers, ${WAVES} waves`, measured, TARGET_MS)}\nload ${loadavg().map((load) => load.toFixed(1)).join(' ')} on ${availableParallelism()} cores`);
  expect(measured.length).toBeGreaterThan(15);
  const slow = measured.filter(({ slowest, limit: most }) => slowest > most);
  expect(slow.map(({ what, slowest }) => `${what}: ${slowest} ms`)).toEqual([]);
});
