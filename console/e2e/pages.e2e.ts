import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Window, inspect, launch, signIn, windowOf } from './browser.js';
import { api, cloud, sourceServers, unique } from './cloud.js';

const plan = `pages-${unique}`;
const group = `${plan}-all`;
let browser: Browser;
let demo: Window;

beforeAll(async () => {
  const servers = await sourceServers(plan, 2);
  await api('PUT', `/protection-groups/${group}`, { name: group, servers: servers.map((id) => ({ id })) });
  for (const description of ['first', 'second']) {
    await api('PUT', `/recovery-plans/${plan}`, { name: plan, description, targetRtoMinutes: 90, waves: [{ name: 'all', groups: [group] }] });
  }
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
  ['not-found', '/nowhere', 'no such page'],
  ['no-plan', '/plans/nowhere', 'There is nothing here'],
];

it.each(PAGES)('%s is readable in light and dark', async (name, path, text) => {
  await demo.page.goto(path);
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
