import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { begin } from './aws.js';
import { type Window, inspect, launch, signIn, windowOf } from './browser.js';
import { api, cloud, sourceServers, unique } from './cloud.js';

// The first by name, in a cloud that other tests have filled.
const plan = `aa-${unique}`;
const group = `${plan}-all`;
let browser: Browser;
let demo: Window;
let server = '';

beforeAll(async () => {
  const servers = await sourceServers(plan, 2);
  server = servers[0] ?? '';
  await api('PUT', `/protection-groups/${group}`, { name: group, servers: servers.map((id) => ({ id })) });
  for (const description of ['first', 'second']) {
    await api('PUT', `/recovery-plans/${plan}`, { name: plan, description, targetRtoMinutes: 90, waves: [{ name: 'all', groups: [group] }] });
  }
  await api('POST', '/source-servers/refresh');
  const known = async () => (await api<{ count: number }>('GET', `/source-servers?text=${plan}`)).count === 2;
  await vi.waitUntil(known, { timeout: 40_000, interval: 500 });
  browser = await launch();
  demo = await windowOf(browser, 'demo');
});

afterAll(async () => {
  await browser?.close();
});

/** Every page, and what is on it when it is all there. */
const PAGES: [string, string, string][] = [
  ['dashboard', '/', 'Last runs'],
  ['executions', '/executions', 'Every drill and every recovery'],
  ['plans', '/plans', plan],
  ['plan', `/plans/${plan}`, 'Four eyes'],
  ['plan-forecast', `/plans/${plan}?tab=forecast`, 'Critical path'],
  ['plan-preflight', `/plans/${plan}?tab=preflight`, 'Nothing is started'],
  ['plan-runs', `/plans/${plan}?tab=runs`, 'This plan has never run'],
  ['plan-versions', `/plans/${plan}?tab=versions`, 'The first version'],
  ['groups', '/groups', group],
  ['group', `/groups/${group}`, `${plan}-2`],
  ['servers', '/servers', 'Newest recovery point'],
  ['server', '/servers/SERVER?region=us-east-1', 'Launch configuration in DRS'],
  ['plan-schedules', `/plans/${plan}?tab=schedules`, 'drills are started by people only'],
  ['schedules', '/schedules', 'When a plan is run as a drill by itself'],
  ['reports', '/reports', 'Every run that has ended'],
  ['audit', `/audit?subject=${plan}`, 'PutRecoveryPlan'],
  ['settings', '/settings', 'Signed in as'],
  ['plan-editor', `/plans/${plan}/edit`, 'Waits for'],
  ['group-editor', `/groups/${group}/edit`, 'Launch settings'],
  ['not-found', '/nowhere', 'no such page'],
  ['no-plan', '/plans/nowhere', 'There is nothing here'],
];

it.each(PAGES)('%s is readable in light and dark', async (name, path, text) => {
  // Its id is not known yet when this list is read.
  await demo.page.goto(path.replace('SERVER', server));
  await demo.page.getByText(text).first().waitFor();
  await inspect(demo, name);
});

it('pages complain about nothing', () => {
  // The browser's line about the plan that does not exist.
  expect(demo.complaints.filter((text) => !text.includes('status of 404'))).toEqual([]);
});

it('asks preflight, and shows what it found', async () => {
  await demo.page.goto(`/plans/${plan}?tab=preflight`);
  await demo.page.getByRole('button', { name: 'Run preflight' }).click();
  await demo.page.getByText('A run would be let through').waitFor();
  await demo.page.getByText('Never drilled').waitFor();
});

it('counts how ready the plans are, and lists those of a kind', async () => {
  const { page } = demo;
  await begin('readiness', {});
  const looked = async () => (await api<{ count: number }>('GET', `/recovery-plans/${plan}/readiness?limit=1`)).count === 1;
  await vi.waitUntil(looked, { timeout: 60_000, interval: 1000 });
  await page.goto('/');
  await page.getByRole('link', { name: /^[1-9]\d* never drilled$/ }).click();
  await page.getByRole('link', { name: plan, exact: true }).waitFor();
  await inspect(demo, 'plans-never-drilled');
  await page.goto('/plans?readiness=NOT_READY');
  await page.getByRole('button', { name: /Not ready/ }).waitFor();
  await page.getByRole('link', { name: plan, exact: true }).waitFor({ state: 'detached' });
});

it('has the switch of light and dark on a phone, too', async () => {
  const { page, context } = await windowOf(browser, 'demo', { width: 390, height: 844 });
  // In its first tenth of a second the bar is still being measured, and a menu that was opened closes.
  const more = page.getByRole('button', { name: 'More' });
  const isOpen = async () => (await more.getAttribute('aria-expanded')) === 'true';
  await vi.waitUntil(async () => (await isOpen()) || (await more.click(), false), { timeout: 10_000, interval: 500 });
  await page.getByRole('button', { name: 'Dark mode' }).or(page.getByRole('menuitem', { name: 'Dark mode' })).first().click();
  await page.locator('body.awsui-dark-mode').waitFor({ state: 'attached' });
  await context.close();
});

it('has its navigation again when a window that was narrow is wide, unless somebody closed it', async () => {
  const { page, context } = await windowOf(browser, 'demo');
  const reports = page.getByRole('link', { name: 'Reports', exact: true });
  const narrowAndWide = async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await reports.waitFor({ state: 'hidden' });
    await page.setViewportSize({ width: 1280, height: 900 });
  };
  await narrowAndWide();
  await reports.waitFor();
  await page.getByRole('button', { name: 'Close navigation' }).click();
  await narrowAndWide();
  await page.getByRole('button', { name: 'Open navigation' }).click();
  await reports.waitFor();
  await context.close();
});

it('shows what a version changed', async () => {
  await demo.page.goto(`/plans/${plan}?tab=versions`);
  await demo.page.getByRole('button', { name: 'Show changes: 2' }).click();
  await demo.page.getByRole('dialog').getByText('second').waitFor();
});

it('starts a recovery only when the name is typed', async () => {
  const { page } = demo;
  await page.goto(`/plans/${plan}`);
  await page.getByRole('button', { name: 'Start recovery' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('I accept the warning').click();
  const start = dialog.getByRole('button', { name: 'Start recovery' });
  expect(await start.isDisabled()).toBe(true);
  await dialog.getByLabel(`Type ${plan} to confirm`).fill('something else');
  expect(await start.isDisabled()).toBe(true);
  await dialog.getByLabel(`Type ${plan} to confirm`).fill(plan);
  await expect.poll(() => start.isEnabled()).toBe(true);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
});

it('finds servers by property', async () => {
  const { page } = demo;
  await page.goto('/servers');
  await page.getByLabel('Find source servers').fill(`${plan}-2`);
  await page.keyboard.press('Enter');
  await page.getByText('1 match', { exact: true }).first().waitFor();
  await page.getByRole('link', { name: `${plan}-2` }).click();
  await page.getByRole('heading', { name: `${plan}-2`, level: 1 }).waitFor();
});

it('shows servers from the first page of the API on, and says so while others are read, or cannot be', async () => {
  const { page } = demo;
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  // One server on each page; what comes after the first is held, and refused then.
  await page.route(/source-servers\?/, async (route) => {
    const url = route.request().url();
    if (!url.includes('nextToken=')) {
      await route.continue({ url: url.replace('limit=200', 'limit=1') });
      return;
    }
    await answered;
    await route.fulfill({ status: 400, contentType: 'application/json', body: JSON.stringify({ code: 'INVALID', detail: 'this page is refused' }) });
  });
  await page.goto('/servers');
  await page.getByRole('heading', { name: /^Source servers \(1 of \d+ read so far\)$/ }).waitFor();
  const filter = page.getByLabel('Find source servers');
  const found = page.getByText('1 match', { exact: true }).first();
  await filter.fill(`${plan}-2`);
  await page.keyboard.press('Enter');
  await page.getByText('None of those that are read so far').waitFor();
  answer();
  const refused = page.getByText('this page is refused');
  await refused.waitFor();
  await page.unroute(/source-servers\?/);
  await page.getByRole('button', { name: 'Try again' }).click();
  await found.waitFor();
  await page.getByRole('heading', { name: /^Source servers \(\d+\)$/ }).waitFor();
  expect(await refused.count()).toBe(0);
});

it('imports a file only after it has said what that would change', async () => {
  const { page } = demo;
  await page.goto('/settings');
  const field = page.getByLabel('YAML or JSON');
  const document = (description: string) => JSON.stringify({ protectionGroups: [{ name: group, description, servers: [{ id: server }] }] });
  await field.fill(document('imported'));
  const store = page.getByRole('button', { name: 'Store' });
  expect(await store.isDisabled()).toBe(true);
  await page.getByRole('button', { name: 'Look what would change' }).click();
  await page.getByText('description: – → "imported"').waitFor();
  // Another text has to be looked at, too.
  await field.fill(document('imported once more'));
  expect(await store.isDisabled()).toBe(true);
  await page.getByRole('button', { name: 'Look what would change' }).click();
  await page.getByText('description: – → "imported once more"').waitFor();
  await store.click();
  await page.getByText('Imported', { exact: true }).waitFor();
  expect(await api('GET', `/protection-groups/${group}`)).toMatchObject({ description: 'imported once more', version: 2 });
});

it('saves what is stored as a file', async () => {
  await demo.page.goto('/settings');
  const [download] = await Promise.all([
    demo.page.waitForEvent('download'),
    demo.page.getByRole('button', { name: 'Save as a file' }).click(),
  ]);
  expect(readFileSync(await download.path(), 'utf8')).toContain(`name: ${plan}`);
});

it('refuses a wrong password in Cognito\'s words, and forgets who signs out', async () => {
  const window = await windowOf(browser, undefined);
  await signIn(window.page, 'demo', 'wrong');
  await window.page.getByText('You were not signed in').waitFor();
  await signIn(window.page, 'demo', cloud.users['demo'] ?? '');
  await window.page.getByRole('button', { name: 'Your account' }).click();
  await window.page.getByRole('menuitem', { name: 'Sign out' }).click();
  await window.page.getByLabel('Password').waitFor();
  await window.page.reload();
  await window.page.getByLabel('Password').waitFor();
  await window.context.close();
});

it('offers to each role what it may do', async () => {
  for (const [user, drill, recovery] of [['auditor', 0, 0], ['operator', 1, 0], ['recoverer', 1, 1], ['planner', 0, 0]] as const) {
    const window = await windowOf(browser, user);
    await window.page.goto(`/plans/${plan}`);
    await window.page.getByRole('heading', { name: plan, level: 1 }).waitFor();
    await window.page.waitForTimeout(1000);
    const buttons = ['Start drill', 'Start recovery'].map((name) => window.page.getByRole('button', { name }).count());
    expect([user, ...(await Promise.all(buttons))]).toEqual([user, drill, recovery]);
    await window.context.close();
  }
});

it('says so to somebody who may see nothing', async () => {
  const window = await windowOf(browser, 'nobody');
  await window.page.goto('/executions');
  await window.page.getByText('You may not see this').waitFor();
  await window.context.close();
});

it('is used with the keyboard alone: from the list of plans to a started preflight', async () => {
  const { page } = demo;
  await page.goto('/plans');
  await page.getByRole('link', { name: plan, exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('tab', { name: 'Waves' }).focus();
  for (const key of ['ArrowRight', 'ArrowRight', 'Enter']) {
    await page.keyboard.press(key);
  }
  await page.getByText('Nothing is started').waitFor();
  await page.getByRole('button', { name: 'Run preflight' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('A run would be let through').waitFor();
});
