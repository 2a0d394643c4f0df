import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Window, inspect, launch, windowOf } from './browser.js';
import { api, sourceServers, unique } from './cloud.js';
import { pick, pressOn, tabTo, typeInto } from './keyboard.js';

const plan = `pl-${unique}`;
const group = `${plan}-all`;
let browser: Browser;
let demo: Window;
let servers: string[] = [];

beforeAll(async () => {
  servers = await sourceServers(plan, 5);
  const [one, two, three] = servers;
  await api('PUT', `/protection-groups/${group}`, { name: group, servers: [{ id: one }, { id: two }] });
  await api('PUT', `/protection-groups/${plan}-run`, { name: `${plan}-run`, servers: [{ id: three }] });
  await api('PUT', `/recovery-plans/${plan}-run`, { name: `${plan}-run`, waves: [{ name: 'all', groups: [`${plan}-run`] }] });
  browser = await launch();
  demo = await windowOf(browser, 'demo');
});

afterAll(async () => {
  await browser?.close();
});

// Some two hundred times Tab: longer than others take.
it('makes a plan with checks, actions and an approval by the keyboard alone', { timeout: 240_000 }, async () => {
  const { page } = demo;
  const field = (name: string) => page.getByRole('textbox', { name, exact: true });
  const number = (name: string) => page.getByRole('spinbutton', { name });
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
  await page.goto('/new-plan');
  await typeInto(page, field('Name').first(), plan);
  await typeInto(page, number('RTO target, minutes'), '90');
  await pressOn(page, page.getByRole('checkbox', { name: /^Four eyes/ }), 'Space');
  await pressOn(page, page.getByRole('checkbox', { name: /^Terminate by itself/ }), 'Space');
  await typeInto(page, number('Minutes after the end of the drill'), '15');
  await pick(page, button(/^Protection groups/), group);
  await page.keyboard.press('Escape');
  await pressOn(page, page.getByRole('checkbox', { name: /^Somebody has to approve/ }), 'Space');
  await typeInto(page, number('Minutes to decide'), '45');
  await pick(page, button(/^Without a decision/), 'Let it through');

  const before = page.getByRole('group', { name: 'Actions before the launch' });
  await pressOn(page, before.getByRole('button', { name: 'Add action before' }));
  // The new one has the focus.
  await page.keyboard.type('breathe');
  await pick(page, before.getByRole('button', { name: /^Kind/ }), 'Wait');
  await typeInto(page, before.getByRole('spinbutton', { name: 'Minutes to wait' }), '3');

  const checks = page.getByRole('group', { name: 'Health checks', exact: true });
  await pressOn(page, checks.getByRole('button', { name: 'Add health check' }));
  await page.keyboard.type('Answers');
  await pick(page, checks.getByRole('button', { name: /^Kind/ }), 'SSM command succeeds');
  await pick(page, checks.getByRole('button', { name: /^On\b/ }), 'Linux only');
  await typeInto(page, checks.getByRole('textbox', { name: 'SSM document' }), 'AWS-RunShellScript');
  await pressOn(page, checks.getByRole('button', { name: 'Add parameter' }));
  await page.keyboard.type('commands');
  await typeInto(page, checks.getByRole('textbox', { name: 'Values of commands' }), 'pg_isready');
  await page.keyboard.press('Enter');
  await page.keyboard.type('echo done');
  await pressOn(page, checks.getByRole('checkbox', { name: 'A drill' }), 'Space');

  const after = page.getByRole('group', { name: 'Actions after the health checks' });
  await pressOn(page, after.getByRole('button', { name: 'Add action after' }));
  await page.keyboard.type('switch-dns');
  await typeInto(page, after.getByRole('textbox', { name: 'SSM document' }), 'Example-SwitchDns');

  // The page goes on at its beginning, as Tab does.
  await page.keyboard.press('ControlOrMeta+Home');
  await pressOn(page, button('Save'));
  // The API wants another name, says so at the field, and nothing that was typed is lost.
  const refused = checks.getByText('is no name');
  await refused.waitFor();
  expect(await checks.getByRole('textbox', { name: 'Values of commands' }).inputValue()).toBe('pg_isready\necho done');
  await inspect(demo, 'plan-editor-refused');
  await typeInto(page, checks.getByRole('textbox', { name: 'Name', exact: true }), 'answers');
  await tabTo(page, button('Save'));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: plan, level: 1 }).waitFor();

  expect(await api('GET', `/recovery-plans/${plan}`)).toMatchObject({
    version: 1,
    targetRtoMinutes: 90,
    drillEveryDays: 90,
    fourEyes: true,
    cleanup: { after: 15, onFailure: 'KEEP' },
    waves: [
      {
        name: 'wave-1',
        groups: [group],
        launchTimeoutMinutes: 120,
        approval: { role: 'dr-approver', timeoutMinutes: 45, onTimeout: 'PROCEED' },
        beforeActions: [{ name: 'breathe', kind: 'delay', delayMinutes: 3, onFailure: 'STOP', runIn: ['DRILL', 'RECOVERY'] }],
        healthChecks: [
          {
            name: 'answers',
            kind: 'ssmCommand',
            document: 'AWS-RunShellScript',
            parameters: { commands: ['pg_isready', 'echo done'] },
            timeoutMinutes: 20,
            required: true,
            runIn: ['DRILL', 'RECOVERY'],
            os: 'linux',
          },
        ],
        afterActions: [{ name: 'switch-dns', kind: 'ssmAutomation', document: 'Example-SwitchDns', timeoutMinutes: 30 }],
      },
    ],
  });
});

it('loses nothing of a plan that is opened and saved', async () => {
  const { page } = demo;
  type Stored = Record<string, unknown> & { waves: Record<string, unknown>[] };
  const { version: _, updatedAt: __, updatedBy: ___, ...document } = await api<Stored>('GET', `/recovery-plans/${plan}`);
  const [wave] = document.waves;
  const script = { name: 'script', kind: 'ssmCommand', document: 'AWS-RunShellScript', parameters: { commands: ['set -e\ntrue', 'exit 0'] }, os: 'windows', required: false };
  const stored = await api<{ servers: { id: string }[] }>('GET', `/protection-groups/${group}`);
  const criticality = { [stored.servers[0]?.id ?? '']: 'optional' };
  await api('PUT', `/recovery-plans/${plan}`, { ...document, waves: [{ ...wave, criticality, healthChecks: [script] }] });
  const before = await api<Stored>('GET', `/recovery-plans/${plan}`);
  await page.goto(`/plans/${plan}/edit`);
  await page.getByLabel('Description').fill('opened and saved');
  await page.getByRole('button', { name: 'Save' }).click();
  // Exactly: the editor's own heading has the name in it.
  await page.getByRole('heading', { name: plan, level: 1, exact: true }).waitFor();
  const after = await api<Stored>('GET', `/recovery-plans/${plan}`);
  expect(after).toEqual({ ...before, description: 'opened and saved', version: 3, updatedAt: after['updatedAt'] });
});

it('starts a drill from a recovery point that is chosen by hand, and asks preflight about exactly that', async () => {
  const { page } = demo;
  await page.goto(`/plans/${plan}-run`);
  await page.getByRole('button', { name: 'Start drill' }).click();
  const dialog = page.getByRole('dialog');
  const start = dialog.getByRole('button', { name: 'Start drill' });
  const accept = dialog.getByText(/^I accept the/);
  await accept.click();
  await expect.poll(() => start.isEnabled()).toBe(true);
  // No recovery point is as old as that.
  await dialog.getByText('Not after a moment', { exact: true }).click();
  expect(await start.isDisabled()).toBe(true);
  await dialog.getByRole('textbox', { name: 'Date' }).fill('2020/01/02');
  await dialog.getByRole('textbox', { name: 'Time' }).fill('03:04:05');
  await dialog.getByText('This run would be refused').waitFor();
  expect(await start.isDisabled()).toBe(true);
  await inspect(demo, 'start-dialog-not-after');

  await dialog.getByText('Chosen for single servers', { exact: true }).click();
  await dialog.getByRole('button', { name: /Choose servers/ }).click();
  await page.getByRole('option', { name: `${plan}-3` }).click();
  await page.keyboard.press('Escape');
  await dialog.getByRole('button', { name: new RegExp(`Recovery point of ${plan}-3`) }).click();
  const option = page.getByRole('option').filter({ hasText: 'pit-' }).last();
  const snapshot = /pit-[0-9a-z]+/.exec((await option.textContent()) ?? '')?.[0];
  await option.click();
  // What was accepted was another run.
  await accept.waitFor();
  expect(await start.isDisabled()).toBe(true);
  await accept.click();
  await start.click();
  await page.waitForURL(/\/executions\//);
  const id = decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1) ?? '');
  const { id: server } = (await api<{ servers: { id: string }[] }>('GET', `/protection-groups/${plan}-run`)).servers[0]!;
  expect(await api('GET', `/executions/${id}`)).toMatchObject({
    mode: 'DRILL',
    recoveryPoint: { kind: 'SNAPSHOTS', snapshots: { [server]: snapshot }, others: { kind: 'LATEST' } },
  });
});

it('starts a recovery from a recovery point that is chosen by hand, once its plan is typed', async () => {
  const { page } = demo;
  const name = `${plan}-recover`;
  const server = servers[4] ?? '';
  await api('PUT', `/protection-groups/${name}`, { name, servers: [{ id: server }] });
  await api('PUT', `/recovery-plans/${name}`, { name, waves: [{ name: 'all', groups: [name] }] });
  await page.goto(`/plans/${name}`);
  await page.getByRole('button', { name: 'Start recovery' }).click();
  const dialog = page.getByRole('dialog');
  const start = dialog.getByRole('button', { name: 'Start recovery' });
  await dialog.getByText('Chosen for single servers', { exact: true }).click();
  await dialog.getByRole('button', { name: /Choose servers/ }).click();
  await page.getByRole('option', { name: `${plan}-5` }).click();
  await page.keyboard.press('Escape');
  await dialog.getByRole('button', { name: new RegExp(`Recovery point of ${plan}-5`) }).click();
  const option = page.getByRole('option').filter({ hasText: 'pit-' }).last();
  const snapshot = /pit-[0-9a-z]+/.exec((await option.textContent()) ?? '')?.[0];
  await option.click();
  await dialog.getByText(/^I accept the/).click();
  expect(await start.isDisabled()).toBe(true);
  await dialog.getByRole('textbox', { name: /^Type / }).fill(name);
  await inspect(demo, 'start-dialog-recovery');
  await start.click();
  await page.waitForURL(/\/executions\//);
  const id = decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1) ?? '');
  const recoveryPoint = { kind: 'SNAPSHOTS', snapshots: { [server]: snapshot }, others: { kind: 'LATEST' } };
  expect(await api('GET', `/executions/${id}`)).toMatchObject({ mode: 'RECOVERY', recoveryPoint });
});

it('compares any two versions of a plan', async () => {
  const { page } = demo;
  const document = { name: `${plan}-run`, waves: [{ name: 'all', groups: [`${plan}-run`] }] };
  await api('PUT', `/recovery-plans/${plan}-run`, { ...document, description: 'between' });
  await api('PUT', `/recovery-plans/${plan}-run`, { ...document, description: 'newest', targetRtoMinutes: 77 });
  await page.goto(`/plans/${plan}-run?tab=versions`);
  const compare = page.getByRole('button', { name: 'Compare' });
  await page.getByRole('checkbox', { name: 'Select version 3' }).click();
  expect(await compare.isDisabled()).toBe(true);
  await page.getByRole('checkbox', { name: 'Select version 1' }).click();
  await compare.click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('row').filter({ hasText: 'targetRtoMinutes' }).getByText('77').waitFor();
  await dialog.getByText('newest').waitFor();
  expect(await dialog.getByText('between').count()).toBe(0);
  await inspect(demo, 'plan-versions-compared');
  await dialog.getByRole('button', { name: 'Close' }).click();
});

it('deletes a group only when no plan uses it, and a plan only without schedules, once the name is typed', async () => {
  const { page } = demo;
  const spare = `${plan}-spare`;
  const [, , , server] = servers;
  await api('PUT', `/protection-groups/${spare}`, { name: spare, servers: [{ id: server }] });
  await api('PUT', `/recovery-plans/${spare}`, { name: spare, waves: [{ name: 'all', groups: [spare] }] });
  await api('PUT', `/recovery-plans/${spare}/schedules/yearly`, { expression: 'cron(0 3 1 1 ? *)' });
  const dialog = page.getByRole('dialog');
  const remove = dialog.getByRole('button', { name: 'Delete' });
  const ask = async () => {
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    expect(await remove.isDisabled()).toBe(true);
    await dialog.getByLabel(`Type ${spare} to confirm`).fill(spare);
    await remove.click();
  };

  await page.goto(`/groups/${spare}`);
  await ask();
  await dialog.getByText('recovery plans use').waitFor();
  await inspect(demo, 'group-deletion-refused');
  await dialog.getByRole('link', { name: spare }).click();
  await page.getByRole('tab', { name: 'Waves' }).waitFor();

  await ask();
  await dialog.getByText('has schedules: yearly').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await api('DELETE', `/recovery-plans/${spare}/schedules/yearly`);
  await ask();
  await page.getByText(`${spare} is deleted`).waitFor();
  expect((await api<{ items: { name: string }[] }>('GET', '/recovery-plans?limit=200')).items.map(({ name }) => name)).not.toContain(spare);

  await page.goto(`/groups/${spare}`);
  await ask();
  await page.getByText(`${spare} is deleted`).waitFor();
  await expect(api('GET', `/protection-groups/${spare}`)).rejects.toThrow('404');
});

it('was shown without a complaint of the browser', () => {
  expect(demo.complaints.filter((text) => !/status of 4(09|22)/.test(text))).toEqual([]);
});
