import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Window, launch, screenshot, windowOf } from './browser.js';
import { api, sourceServers, unique } from './cloud.js';

const name = `made-${unique}`;
let browser: Browser;
let demo: Window;

beforeAll(async () => {
  await sourceServers(name, 3);
  await api('POST', '/source-servers/refresh');
  const known = async () => (await api<{ count: number }>('GET', `/source-servers?text=${name}`)).count === 3;
  await vi.waitUntil(known, { timeout: 50_000, interval: 500 });
  browser = await launch();
  demo = await windowOf(browser, 'demo');
});

afterAll(async () => {
  await browser?.close();
});

/** To the next step of a wizard. */
const next = (page: Page) => page.getByRole('button', { name: 'Next', exact: true }).click();

/** Chooses from a list that opens. */
async function choose(page: Page, label: string, option: string, which = 0): Promise<void> {
  await page.getByRole('button', { name: label }).nth(which).click();
  await page.keyboard.type(option);
  await page.getByRole('option', { name: option }).first().click();
  await page.keyboard.press('Escape');
}

it('makes a group of servers that are found by search', async () => {
  const { page } = demo;
  await page.goto('/groups');
  await page.getByRole('button', { name: 'Create group' }).click();
  await page.getByLabel('Name', { exact: true }).fill(`${name}-db`);
  await next(page);
  await page.getByLabel('Find source servers').fill(name);
  await page.getByRole('checkbox', { name: `Choose ${name}-1` }).click();
  await page.getByRole('checkbox', { name: `Choose ${name}-2` }).click();
  await page.getByText('(2 chosen)').waitFor();
  await next(page);
  await next(page);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: `${name}-db`, level: 1 }).waitFor();
  expect(await api('GET', `/protection-groups/${name}-db`)).toMatchObject({ version: 1, servers: [{}, {}] });
});

it('says which group has a server already, and stores nothing', async () => {
  const { page } = demo;
  await page.goto('/new-group');
  await page.getByLabel('Name', { exact: true }).fill(`${name}-app`);
  await next(page);
  await page.getByLabel('Find source servers').fill(name);
  const row = page.getByRole('row').filter({ hasText: `${name}-1` });
  await row.getByText(`${name}-db`).waitFor();
  await page.getByRole('checkbox', { name: `Choose ${name}-1` }).click();
  await next(page);
  await next(page);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('a source server is in one protection group only').waitFor();
  await page.getByRole('button', { name: 'Change: Which servers' }).click();
  await page.getByLabel('Find source servers').fill(name);
  await page.getByRole('checkbox', { name: `Choose ${name}-1` }).click();
  await page.getByRole('checkbox', { name: `Choose ${name}-3` }).click();
  await next(page);
  await next(page);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: `${name}-app`, level: 1 }).waitFor();
});

it('shows what tags mean while they are typed', async () => {
  const { page } = demo;
  await page.goto('/new-group');
  await next(page);
  await page.getByText('By tags, looked up when a plan runs').click();
  await page.getByRole('textbox', { name: 'Tags Key' }).fill('app');
  await page.getByRole('textbox', { name: 'Tags Values' }).fill('three-tier');
  await page.getByRole('cell', { name: 's-3tierdb0000000001' }).waitFor();
});

it('makes a plan, shows the API\'s problems at the fields, and draws it while it is edited', async () => {
  const { page } = demo;
  await page.goto('/new-plan');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('the wave is empty').waitFor();
  await page.getByLabel('Name', { exact: true }).first().fill(name);
  await choose(page, 'Choose groups', `${name}-db`);
  await page.getByRole('button', { name: 'Add wave' }).click();
  const graph = page.getByRole('group', { name: /^Waves and what each waits for/ });
  await graph.getByRole('button', { name: /wave-2/ }).waitFor();
  await choose(page, 'Choose groups', `${name}-app`, 1);
  await screenshot(page, 'plan-editor-two-waves');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name, level: 1, exact: true }).waitFor();
  expect(await api('GET', `/recovery-plans/${name}`)).toMatchObject({
    version: 1,
    waves: [{ name: 'wave-1', groups: [`${name}-db`] }, { name: 'wave-2', groups: [`${name}-app`], dependsOnWaves: ['wave-1'] }],
  });
});

it('renames a wave, and those that wait for it follow', async () => {
  const { page } = demo;
  await page.getByRole('button', { name: 'Change plan' }).click();
  await page.getByLabel('Name', { exact: true }).nth(1).fill('database');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name, level: 1, exact: true }).waitFor();
  expect(await api('GET', `/recovery-plans/${name}`)).toMatchObject({ version: 2, waves: [{ name: 'database' }, { dependsOnWaves: ['database'] }] });
});

it('forgets what was refused of a step with the step, and says nothing of it at the next one', async () => {
  const { page } = demo;
  await page.goto(`/plans/${name}/edit`);
  for (const [index, check] of ['first', 'second'].entries()) {
    await page.getByRole('button', { name: 'Add health check' }).first().click();
    await page.getByRole('group', { name: /^Health check / }).nth(index).getByLabel('Name', { exact: true }).fill(check);
  }
  const steps = { first: page.getByRole('group', { name: 'Health check first' }), second: page.getByRole('group', { name: 'Health check second' }) };
  await steps.first.getByLabel('Minutes at most').fill('0');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Nothing was stored', { exact: true }).waitFor();
  const invalid = (step: Locator) => step.getByLabel('Minutes at most').getAttribute('aria-invalid');
  await expect.poll(() => invalid(steps.first)).toBe('true');
  await page.getByRole('button', { name: 'Remove: Health check first' }).click();
  await steps.first.waitFor({ state: 'detached' });
  expect(await invalid(steps.second)).not.toBe('true');
});

it('does not overwrite what somebody else has changed meanwhile', async () => {
  const { page } = demo;
  await page.goto(`/plans/${name}/edit`);
  await page.getByLabel('Description').fill('mine');
  const stored = await api<Record<string, unknown>>('GET', `/recovery-plans/${name}`);
  const { version: _, updatedAt: __, updatedBy: ___, ...document } = stored;
  await api('PUT', `/recovery-plans/${name}`, { ...document, description: 'theirs' });
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Somebody else has changed it').waitFor();
  expect(await page.getByLabel('Description').inputValue()).toBe('mine');
  expect(await api('GET', `/recovery-plans/${name}`)).toMatchObject({ description: 'theirs' });
});

it('was shown without a complaint of the browser', () => {
  expect(demo.complaints.filter((text) => !/status of 4(09|12|22)/.test(text))).toEqual([]);
});
