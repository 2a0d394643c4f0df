import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { aws, begin, scheduler } from './aws.js';
import { type Window, expectNoOverflow, inspect, launch, windowOf } from './browser.js';
import { api, cloud, sourceServers, unique } from './cloud.js';
import { pressOn, typeInto } from './keyboard.js';

const plan = `sc-${unique}`;
/** Its group selects by tags that no server has: preflight refuses each of its runs. */
const refused = `${plan}-refused`;
let browser: Browser;
let demo: Window;

interface Stored {
  version: number;
  expression: string;
  timeZone: string;
  enabled: boolean;
  nextRunAt: number | null;
  updatedAt: number;
  lastRun: { status: string; executionId: string } | null;
  missed: { at: number; reason: string }[];
}

const stored = (schedule: string, of = plan) => api<Stored>('GET', `/recovery-plans/${of}/schedules/${schedule}`);
const names = async () => (await api<{ items: { name: string }[] }>('GET', `/recovery-plans/${plan}/schedules`)).items.map(({ name }) => name);

beforeAll(async () => {
  const [server] = await sourceServers(plan, 1);
  for (const [name, selection] of [[plan, { servers: [{ id: server }] }], [refused, { selectionTags: { [refused]: ['x'] } }]] as const) {
    await api('PUT', `/protection-groups/${name}`, { name, ...selection });
    await api('PUT', `/recovery-plans/${name}`, { name, waves: [{ name: 'all', groups: [name] }] });
  }
  browser = await launch();
  demo = await windowOf(browser, 'demo');
});

afterAll(async () => {
  await browser?.close();
});

const row = (page: Page, schedule: string) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: schedule }) });

/** Chooses what to do to a schedule from the list at its end. */
async function act(page: Page, schedule: string, action: string): Promise<void> {
  await page.getByRole('button', { name: `Actions: ${schedule} of ${plan}` }).click();
  await page.getByRole('menuitem', { name: action }).click();
}

it('says that there is none, and what that means', async () => {
  const { page } = demo;
  await page.goto(`/schedules?plan=${plan}`);
  await page.getByText('No schedule yet').waitFor();
  await inspect(demo, 'schedules-empty');
});

it('shows what the API refuses at its field, and stores what is corrected', async () => {
  const { page } = demo;
  await page.goto(`/schedules?plan=${plan}`);
  await page.getByRole('button', { name: 'Create schedule' }).click();
  const dialog = page.getByRole('dialog');
  const field = (name: string) => dialog.getByRole('textbox', { name, exact: true });
  expect(await dialog.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  await field('Name').fill('Not a name');
  await field('Expression').fill('0 3 * * *');
  await dialog.getByRole('combobox', { name: 'Time zone' }).fill('Berlin');
  await page.keyboard.press('Escape');
  await dialog.getByRole('spinbutton', { name: /^Clean-up/ }).fill('43201');
  await dialog.getByRole('button', { name: 'Save' }).click();
  for (const words of ['is no name', 'cron(minute hour day month weekday year) or rate(7 days)', 'there is no time zone Berlin', 'minutes from 0 to 43200']) {
    await dialog.getByText(words).first().waitFor();
  }
  for (const one of [field('Name'), field('Expression'), dialog.getByRole('combobox', { name: 'Time zone' }), dialog.getByRole('spinbutton', { name: /^Clean-up/ })]) {
    expect(await one.getAttribute('aria-invalid')).toBe('true');
  }
  expect(await names()).toEqual([]);
  await inspect(demo, 'schedule-refused');
  await field('Name').fill('weekly');
  await field('Expression').fill('cron(0 3 ? * SUN *)');
  await dialog.getByRole('combobox', { name: 'Time zone' }).fill('Europe/Berlin');
  await page.keyboard.press('Escape');
  await dialog.getByRole('spinbutton', { name: /^Clean-up/ }).fill('60');
  await field('Description').fill('On Sundays');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText(`Schedule weekly of ${plan} is stored`).waitFor();
  for (const words of ['On Sundays', 'cron(0 3 ? * SUN *)', 'Europe/Berlin', 'Clean-up 60 minutes after', 'Enabled', 'Never started']) {
    await row(page, 'weekly').getByText(words).first().waitFor();
  }
  expect(await stored('weekly')).toMatchObject({
    version: 1, expression: 'cron(0 3 ? * SUN *)', timeZone: 'Europe/Berlin', enabled: true, cleanupAfterMinutes: 60, description: 'On Sundays',
  });
});

it('refuses a second one of the same name at its name', async () => {
  const { page } = demo;
  await page.getByRole('button', { name: 'Create schedule' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('weekly');
  await dialog.getByRole('textbox', { name: 'Expression', exact: true }).fill('rate(1 day)');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('has a schedule of this name already').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  expect((await stored('weekly')).expression).toBe('cron(0 3 ? * SUN *)');
});

it('changes one, and not over what somebody else has changed since', async () => {
  const { page } = demo;
  await act(page, 'weekly', 'Change');
  const dialog = page.getByRole('dialog');
  const expression = dialog.getByRole('textbox', { name: 'Expression', exact: true });
  await expression.fill('cron(30 4 ? * SAT *)');
  const theirs = { expression: 'cron(0 3 ? * MON *)', timeZone: 'Europe/Berlin', cleanupAfterMinutes: 60, description: 'On Sundays' };
  await api('PUT', `/recovery-plans/${plan}/schedules/weekly`, theirs);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('Somebody else has changed it').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await row(page, 'weekly').getByText('cron(0 3 ? * MON *)').waitFor();
  await act(page, 'weekly', 'Change');
  await expression.fill('cron(30 4 ? * SAT *)');
  await dialog.getByRole('spinbutton', { name: /^Clean-up/ }).fill('');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await row(page, 'weekly').getByText('cron(30 4 ? * SAT *)').waitFor();
  const now = await stored('weekly');
  expect(now).toMatchObject({ version: 3, expression: 'cron(30 4 ? * SAT *)', timeZone: 'Europe/Berlin', description: 'On Sundays' });
  expect(now).not.toHaveProperty('cleanupAfterMinutes');
});

it('disables and enables one', async () => {
  const { page } = demo;
  await act(page, 'weekly', 'Disable');
  await row(page, 'weekly').getByText('Disabled', { exact: true }).waitFor();
  expect(await stored('weekly')).toMatchObject({ enabled: false, nextRunAt: null, version: 4, expression: 'cron(30 4 ? * SAT *)' });
  await act(page, 'weekly', 'Enable');
  await row(page, 'weekly').getByText('Enabled', { exact: true }).waitFor();
  const now = await stored('weekly');
  expect(now).toMatchObject({ enabled: true, version: 5 });
  expect(now.nextRunAt).toBeGreaterThan(0);
});

it('is used with the keyboard alone: a schedule is made from the list of all', async () => {
  const { page } = demo;
  await page.goto('/schedules');
  await pressOn(page, page.getByRole('button', { name: 'Create schedule' }));
  const dialog = page.getByRole('dialog');
  // The list of plans may be long: what is typed into it finds one.
  await pressOn(page, dialog.getByRole('button', { name: /^Plan/ }));
  await page.keyboard.type(plan);
  await page.getByRole('option', { name: plan, exact: true }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await typeInto(page, dialog.getByRole('textbox', { name: 'Name', exact: true }), 'by-keys');
  await typeInto(page, dialog.getByRole('textbox', { name: 'Expression', exact: true }), 'rate(7 days)');
  await typeInto(page, dialog.getByRole('combobox', { name: 'Time zone' }), 'Asia/Tokyo');
  await pressOn(page, dialog.getByRole('checkbox', { name: /^Enabled/ }), 'Space');
  await pressOn(page, dialog.getByRole('button', { name: 'Save' }));
  await page.getByText(`Schedule by-keys of ${plan} is stored`).waitFor();
  expect(await stored('by-keys')).toMatchObject({ version: 1, expression: 'rate(7 days)', timeZone: 'Asia/Tokyo', enabled: false });
});

it('shows why a start was refused, and which did not come', async () => {
  const { page } = demo;
  await api('PUT', `/recovery-plans/${refused}/schedules/hourly`, { expression: 'rate(1 hour)' });
  await begin('recovery', { planId: refused, mode: 'DRILL', schedule: 'hourly', scheduledAt: '2026-11-22T03:00:00Z' });
  await vi.waitUntil(async () => (await stored('hourly', refused)).lastRun?.status === 'REFUSED', { timeout: 40_000, interval: 500 });
  // As if it had been written five hours ago: nothing has come since, and the sweep finds that.
  const { updatedAt } = await api<Stored>('PUT', `/recovery-plans/${plan}/schedules/hourly`, { expression: 'rate(1 hour)' });
  await aws('dynamodb', 'DynamoDB_20120810.UpdateItem', {
    TableName: cloud.tables['recoveryPlans'],
    Key: { kind: { S: 'SCHEDULE' }, id: { S: `${plan}#hourly` } },
    UpdateExpression: 'SET updatedAt = :at',
    ExpressionAttributeValues: { ':at': { N: String(updatedAt - 5 * 3600) } },
  });
  await begin('sweep', { leftOverHours: 99_999 });
  await vi.waitUntil(async () => (await stored('hourly')).missed.length > 0, { timeout: 40_000, interval: 500 });
  const [missed] = (await stored('hourly')).missed;
  await page.goto(`/schedules?plan=${plan}`);
  await row(page, 'hourly').getByText(missed?.reason ?? 'a reason').first().waitFor();
  await inspect(demo, 'schedules-missed');
  await page.goto(`/plans/${refused}?tab=schedules`);
  const cells = row(page, 'hourly');
  await cells.getByText('Refused', { exact: true }).waitFor();
  const { lastRun } = await stored('hourly', refused);
  const { findings } = await api<{ findings: { severity: string; message: string }[] }>('GET', `/executions/${lastRun?.executionId}`);
  const why = findings.find(({ severity }) => severity === 'BLOCKS')?.message ?? '';
  expect(why).not.toBe('');
  await cells.getByText(why).waitFor();
  await inspect(demo, 'plan-schedules-refused');
  await cells.getByRole('link').click();
  await page.waitForURL(`**/executions/${lastRun?.executionId}`);
});

it('lists those of all plans, and fits a small screen', async () => {
  const window = await windowOf(browser, 'auditor', { width: 390, height: 800 });
  await window.page.goto('/schedules');
  await window.page.getByRole('heading', { name: 'Schedules', level: 1 }).waitFor();
  const { items: [first] } = await api<{ items: { planId: string; name: string }[] }>('GET', '/schedules?limit=1');
  const line = row(window.page, first?.name ?? '').filter({ has: window.page.getByRole('link', { name: first?.planId ?? '', exact: true }) });
  await line.first().waitFor();
  await expectNoOverflow(window.page);
  await window.context.close();
});

it('says that Scheduler does not follow what is stored, until it does', async () => {
  const { page } = demo;
  const { ScheduleGroups: groups } = await scheduler<{ ScheduleGroups: { Name: string }[] }>('GET', '/schedule-groups');
  const group = `/schedule-groups/${groups.find(({ Name }) => Name !== 'default')?.Name}`;
  const create = page.getByRole('button', { name: 'Create schedule' });
  await page.goto(`/plans/${refused}?tab=schedules`);
  await scheduler('DELETE', group);
  try {
    await create.click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('alone');
    await dialog.getByRole('textbox', { name: 'Expression', exact: true }).fill('rate(7 days)');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('EventBridge Scheduler does not follow yet').waitFor();
    await dialog.waitFor({ state: 'detached' });
    await row(page, 'alone').getByText('rate(7 days)').waitFor();
    expect(await stored('alone', refused)).toMatchObject({ version: 1, enabled: true });
    await inspect(demo, 'schedule-not-applied');
  } finally {
    await scheduler('POST', group);
  }
  await page.getByRole('button', { name: `Actions: alone of ${refused}` }).click();
  await page.getByRole('menuitem', { name: 'Disable' }).click();
  await row(page, 'alone').getByText('Disabled', { exact: true }).waitFor();
  expect(await stored('alone', refused)).toMatchObject({ version: 2, enabled: false });
});

it('turns to more of them than are loaded at once', async () => {
  const { page } = demo;
  const plans = [1, 2, 3].map((number) => `${plan}-many-${number}`);
  for (const name of plans) {
    await api('PUT', `/recovery-plans/${name}`, { name, waves: [{ name: 'all', groups: [plan] }] });
  }
  // Fifty are loaded at once, and a plan has no more than twenty.
  const all = plans.flatMap((of) => Array.from({ length: 17 }, (_, index) => `/recovery-plans/${of}/schedules/no-${index}`));
  try {
    await Promise.all(all.map((path) => api('PUT', path, { expression: 'rate(365 days)', enabled: false })));
    await page.goto('/schedules');
    const shown = () => page.getByRole('button', { name: /^Actions: / }).count();
    await expect.poll(shown, { timeout: 30_000 }).toBe(50);
    await page.getByRole('button', { name: 'Load more schedules' }).click();
    const { items } = await api<{ items: unknown[] }>('GET', '/schedules?limit=200');
    await expect.poll(shown, { timeout: 30_000 }).toBe(Math.min(50, items.length - 50));
    await inspect(demo, 'schedules-more');
    await page.getByRole('button', { name: 'Previous page' }).click();
    await expect.poll(shown).toBe(50);
  } finally {
    await Promise.all(all.map((path) => api('DELETE', path).catch(() => undefined)));
  }
}, 240_000);

it('deletes one when its name is typed', async () => {
  const { page } = demo;
  await page.goto(`/plans/${plan}?tab=schedules`);
  await act(page, 'weekly', 'Delete');
  const dialog = page.getByRole('dialog');
  expect(await dialog.getByRole('button', { name: 'Delete' }).isDisabled()).toBe(true);
  await dialog.getByLabel('Type weekly to confirm').fill('weekly');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('weekly is deleted').waitFor();
  await row(page, 'weekly').waitFor({ state: 'detached' });
  expect(await names()).toEqual(['by-keys', 'hourly']);
});

it('offers nothing to change to who may only look, and nothing at all to nobody', async () => {
  for (const [user, may] of [['auditor', 0], ['operator', 0], ['planner', 1]] as const) {
    const window = await windowOf(browser, user);
    await window.page.goto(`/schedules?plan=${plan}`);
    await row(window.page, 'by-keys').waitFor();
    // Roles come with an answer of their own.
    await window.page.waitForTimeout(1000);
    const create = await window.page.getByRole('button', { name: 'Create schedule' }).count();
    const actions = await window.page.getByRole('button', { name: /^Actions: by-keys/ }).count();
    expect([user, create, actions]).toEqual([user, may, may]);
    await window.context.close();
  }
  const nobody = await windowOf(browser, 'nobody');
  await nobody.page.goto('/schedules');
  await nobody.page.getByText('You may not see this').waitFor();
  await nobody.context.close();
});

it('complains about nothing', () => {
  // The browser's lines about what was refused.
  expect(demo.complaints.filter((text) => !/status of (412|422|502)/.test(text))).toEqual([]);
});
