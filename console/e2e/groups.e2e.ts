import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Window, expectNoOverflow, inspect, launch, screenshot, windowOf } from './browser.js';
import { api, sourceServers, unique } from './cloud.js';

const name = `grp-${unique}`;
let browser: Browser;
let demo: Window;
let ids: string[] = [];

interface StoredGroup {
  version: number;
  servers?: { id: string; criticality: string }[];
}

beforeAll(async () => {
  ids = await sourceServers(name, 4);
  await api('POST', '/source-servers/refresh');
  const known = async () => (await api<{ count: number }>('GET', `/source-servers?text=${name}`)).count === 4;
  await vi.waitUntil(known, { timeout: 50_000, interval: 500 });
  browser = await launch();
  demo = await windowOf(browser, 'demo');
});

afterAll(async () => {
  await browser?.close();
});

const next = (page: Page) => page.getByRole('button', { name: 'Next', exact: true }).click();

/** Chooses from a list that opens. */
async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole('button', { name: label }).first().click();
  await page.getByRole('option', { name: option }).first().click();
}

it('leads through name, servers, launch settings with an override, and a review', async () => {
  const { page } = demo;
  await page.goto('/new-group');
  await page.getByLabel('Name', { exact: true }).fill(`${name}-db`);
  await inspect(demo, 'group-wizard-1-name');
  await next(page);
  await page.getByLabel('Find source servers').fill(name);
  for (const number of [1, 2]) {
    await page.getByRole('checkbox', { name: `Choose ${name}-${number}` }).click();
  }
  await page.getByText('(2 chosen)').waitFor();
  await page.getByRole('button', { name: 'Optional servers' }).click();
  await page.getByRole('option', { name: `${name}-2` }).click();
  await page.keyboard.press('Escape');
  await inspect(demo, 'group-wizard-2-servers');
  await next(page);
  await choose(page, 'Copy tags', 'Yes');
  await choose(page, 'Bring your own licence of the system', 'No');
  await page.getByRole('button', { name: /Choose a server to set/ }).click();
  await page.getByRole('option', { name: `${name}-1` }).click();
  const own = page.getByRole('group', { name: `Settings of ${name}-1`, exact: true });
  await own.getByRole('button', { name: 'Copy tags' }).click();
  await page.getByRole('option', { name: 'No', exact: true }).click();
  await inspect(demo, 'group-wizard-3-settings');
  await next(page);
  await page.getByText('copyTags: true, licensing.osByol: false').waitFor();
  await inspect(demo, 'group-wizard-4-review');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: `${name}-db`, level: 1 }).waitFor();
  expect(await api('GET', `/protection-groups/${name}-db`)).toMatchObject({
    version: 1,
    servers: [{ id: ids[0], criticality: 'critical' }, { id: ids[1], criticality: 'optional' }],
    launchSettings: { copyTags: true, licensing: { osByol: false } },
    serverLaunchSettings: { [ids[0] ?? '']: { copyTags: false } },
  });
});

it('shows where DRS has something else than the group wants, server by server', async () => {
  const { page } = demo;
  await page.goto(`/groups/${name}-db`);
  // DRS copies tags by itself, so only the licence and the server that is not to copy them differ.
  const live = await api<{ items: { serverId: string; drift: { setting: string }[] }[] }>('GET', `/protection-groups/${name}-db/launch-settings`);
  const odd = live.items.filter(({ drift }) => drift.length > 0);
  expect(odd.length).toBeGreaterThan(0);
  await page.getByText(`${odd.length} of 2 differ`).waitFor();
  for (const { drift } of odd) {
    await page.getByText(`${drift[0]?.setting}:`).first().waitFor();
  }
  await page.getByText('Only those that differ').click();
  const table = page.getByRole('table').nth(1);
  expect(await table.getByRole('row').count()).toBe(odd.length + 1);
  await inspect(demo, 'group-drift');
});

it('changes a description and loses nothing that the API knows', async () => {
  const { page } = demo;
  const tagged = `${name}-tags`;
  const document = {
    name: tagged,
    description: 'before',
    selectionTags: { grp: ['a', ''], other: ['x'] },
    launchSettings: { rightSizing: 'BASIC', launchDisposition: 'STARTED', copyPrivateIp: false, copyTags: true, licensing: { osByol: true }, recoveryMode: 'OPTIMAL' },
    serverLaunchSettings: { [ids[3] ?? '']: { recoveryMode: 'FAST' } },
    healthChecks: [{ name: 'agent', kind: 'ssmAgentOnline', timeoutMinutes: 10 }],
  };
  const { version: _, updatedAt: __, updatedBy: ___, ...before } = await api<Record<string, unknown>>('PUT', `/protection-groups/${tagged}`, document);
  await page.goto(`/groups/${tagged}/edit`);
  await page.getByLabel('Description').fill('after');
  await next(page);
  // Another row is touched; the empty value of the first stays.
  await page.getByRole('textbox', { name: 'Tags Values' }).nth(1).fill('x, y');
  await next(page);
  await next(page);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: tagged, level: 1 }).waitFor();
  const { version, updatedAt: ____, updatedBy: _____, ...after } = await api<Record<string, unknown>>('GET', `/protection-groups/${tagged}`);
  expect(version).toBe(2);
  expect(after).toEqual({ ...before, description: 'after', selectionTags: { grp: ['a', ''], other: ['x', 'y'] } });
});

it('leads back to the field that the API refuses, and stores what is corrected', async () => {
  const { page } = demo;
  await page.goto('/new-group');
  await page.getByLabel('Name', { exact: true }).fill('Not a name');
  await next(page);
  await page.getByLabel('Find source servers').fill(`${name}-3`);
  await page.getByRole('checkbox', { name: `Choose ${name}-3` }).click();
  await next(page);
  await next(page);
  await page.getByRole('button', { name: 'Save' }).click();
  const field = page.getByLabel('Name', { exact: true });
  await field.waitFor();
  expect(await field.getAttribute('aria-invalid')).toBe('true');
  await field.fill(`${name}-app`);
  for (let step = 0; step < 3; step += 1) {
    await next(page);
  }
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: `${name}-app`, level: 1 }).waitFor();
  expect((await api<StoredGroup>('GET', `/protection-groups/${name}-app`)).servers).toHaveLength(1);
});

it('makes a group with the keyboard alone', async () => {
  const { page } = demo;
  await page.goto('/new-group');
  const field = page.getByLabel('Name', { exact: true });
  await field.waitFor();
  /** Goes forward until something that fits has the focus. */
  const tabTo = async (fits: string) => {
    for (let presses = 0; presses < 120; presses += 1) {
      const focused = await page.evaluate(() => {
        const element = document.activeElement;
        if (!(element instanceof HTMLInputElement || element instanceof HTMLButtonElement)) {
          return '';
        }
        const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])].map((label) => label.textContent) : [];
        return [element.getAttribute('aria-label'), ...labels, element.textContent].filter(Boolean).join(' ');
      });
      if (focused.includes(fits)) {
        return;
      }
      await page.keyboard.press('Tab');
    }
    throw new Error(`The keyboard does not reach ${fits}`);
  };
  await tabTo('Name');
  await page.keyboard.type(`${name}-keys`);
  await tabTo('Next');
  await page.keyboard.press('Enter');
  await page.getByLabel('Find source servers').waitFor();
  await tabTo('Find source servers');
  await page.keyboard.type(`${name}-4`);
  await page.getByText('1 match').first().waitFor();
  await tabTo(`Choose ${name}-4`);
  await page.keyboard.press('Space');
  await page.getByText('(1 chosen)').waitFor();
  await tabTo('Next');
  await page.keyboard.press('Enter');
  await page.getByText('Different for single servers').first().waitFor();
  await tabTo('Next');
  await page.keyboard.press('Enter');
  await tabTo('Save');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: `${name}-keys`, level: 1 }).waitFor();
});

it('shows quotas, states and every plan on the dashboard', async () => {
  const { page } = demo;
  await page.goto('/');
  const { items } = await api<{ items: { region: string; replicatingServers: { used: number; limit: number } | null }[] }>('GET', '/quotas');
  const here = items.find(({ replicatingServers }) => replicatingServers != null);
  await page.getByRole('progressbar', { name: `Replicating servers, ${here?.region}` }).waitFor();
  await page.getByText('RTO trend').first().waitFor();
  await page.getByText('Continuous').first().waitFor();
  await inspect(demo, 'dashboard-complete');
});

it('finds servers by every property and shows every column that is chosen', async () => {
  const { page } = demo;
  await page.goto('/servers');
  await page.getByRole('link', { name: /^[a-z]/ }).first().waitFor();
  await page.getByRole('button', { name: 'Columns' }).click();
  const dialog = page.getByRole('dialog');
  for (const column of ['ARN', 'Memory', 'Tags', 'Agent']) {
    await dialog.getByText(column, { exact: true }).click();
  }
  await dialog.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('columnheader', { name: 'ARN' }).waitFor();
  await inspect(demo, 'servers-columns');
  await page.getByLabel('Find source servers').fill(`Group = ${name}-db`);
  await page.keyboard.press('Enter');
  await page.getByText('2 matches', { exact: true }).first().waitFor();
  await page.reload();
  await page.getByRole('columnheader', { name: 'ARN' }).waitFor();
});

it('shows recovery points and the launch configuration of a server as the API gives them', async () => {
  const { page } = demo;
  // What the page itself was told: asked a moment apart, DRS may have taken another recovery point.
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.ok() && new URL(response.url()).pathname.endsWith(`/source-servers/${ids[0]}`)),
    page.goto(`/servers/${ids[0]}`),
  ]);
  const detail = (await answer.json()) as { snapshots: { id: string }[]; launchConfiguration: Record<string, string> };
  expect(detail.snapshots.length).toBeGreaterThan(0);
  await page.getByText(`(${detail.snapshots.length})`).waitFor();
  await page.getByText(detail.snapshots[0]?.id ?? 'none').waitFor();
  for (const setting of Object.keys(detail.launchConfiguration)) {
    await page.getByRole('rowheader', { name: setting, exact: true }).waitFor();
  }
});

it.each([[390, 844], [1280, 900], [1920, 1080], [3840, 2160]])('fits a window of %d by %d', async (width, height) => {
  const { page } = demo;
  await page.setViewportSize({ width, height });
  for (const [what, path, ready] of [
    ['dashboard', '/', 'Quotas of DRS'],
    ['groups', '/groups', 'Protection groups'],
    ['group', `/groups/${name}-db`, 'Differences'],
    ['group-wizard', `/groups/${name}-db/edit`, 'Name and Region'],
    ['servers', '/servers', 'Newest recovery point'],
    ['server', `/servers/${ids[0]}`, 'Launch configuration in DRS'],
  ] as const) {
    await page.goto(path);
    await page.getByText(ready).first().waitFor({ state: 'attached' });
    await page.waitForTimeout(700);
    await screenshot(page, `${what}-${width}`);
    await expectNoOverflow(page);
  }
});

it('was shown without a complaint of the browser', () => {
  expect(demo.complaints.filter((text) => !/status of 4(09|12|22)/.test(text))).toEqual([]);
});
