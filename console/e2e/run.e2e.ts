import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Window, expectNoOverflow, inspect, launch, screenshot, windowOf } from './browser.js';
import { api, noMoreFaults, simulator, sourceServers, unique } from './cloud.js';

const plan = `shop-${unique}`;
const groups = { db: `${plan}-db`, app: `${plan}-app`, extra: `${plan}-extra` };

let browser: Browser;
let demo: Window;
let execution = '';

beforeAll(async () => {
  const [db1, db2, app, extra] = await sourceServers(plan, 4);
  const group = (name: string, servers: (string | undefined)[]) =>
    api('PUT', `/protection-groups/${name}`, { name, servers: servers.map((id) => ({ id })) });
  await group(groups.db, [db1, db2]);
  await group(groups.app, [app]);
  await group(groups.extra, [extra]);
  await api('PUT', `/recovery-plans/${plan}`, {
    name: plan,
    targetRtoMinutes: 600,
    waves: [
      { name: 'database', groups: [groups.db] },
      { name: 'application', groups: [groups.app], dependsOnWaves: ['database'], approval: { role: 'dr-approver' } },
      { name: 'extra', groups: [groups.extra], dependsOnWaves: ['database'], onFailure: 'PAUSE' },
    ],
  });
  await simulator('faults', { faults: [`launch-fails=${plan}-4`] });
  browser = await launch();
  demo = await windowOf(browser, 'demo');
});

afterAll(async () => {
  await browser?.close();
});

describe('a drill with a server that does not come up', () => {
  it('starts after the dialog has said what will be launched', async () => {
    const { page } = demo;
    await page.goto(`/plans/${plan}`);
    await page.getByRole('button', { name: 'Start drill' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(`2 servers: ${plan}-1, ${plan}-2`).waitFor();
    const start = dialog.getByRole('button', { name: 'Start drill' });
    await dialog.getByText('I accept the warning').waitFor();
    expect(await start.isDisabled()).toBe(true);
    await screenshot(page, 'start-dialog');
    await dialog.getByText('I accept the warning').click();
    await start.click();
    await page.waitForURL(/\/executions\//);
    execution = decodeURIComponent(new URL(page.url()).pathname.split('/')[2] ?? '');
    await page.getByRole('heading', { name: `Drill of ${plan}` }).waitFor();
  });

  it('is paused and goes on', async () => {
    const { page } = demo;
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused by demo').waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByText('Paused by demo').waitFor({ state: 'detached' });
  });

  it('shows within two seconds what somebody else does to it', async () => {
    const { page } = demo;
    await api('POST', `/executions/${execution}/pause`);
    const start = performance.now();
    await page.getByText('Paused by demo').waitFor();
    expect(performance.now() - start).toBeLessThan(2000);
    await api('POST', `/executions/${execution}/resume`);
  });

  it('says that it is stale when the connection is lost, and recovers by itself', async () => {
    const { page, context, complaints } = demo;
    await context.setOffline(true);
    await page.getByText('Connection lost').waitFor();
    await context.setOffline(false);
    await page.getByText('Connection lost').waitFor({ state: 'detached' });
    // What the browser writes about the requests that it could not send.
    complaints.splice(0, complaints.length, ...complaints.filter((text) => !text.includes('ERR_INTERNET_DISCONNECTED')));
  });

  it('shows the server that failed, with the reason of DRS', async () => {
    const { page } = demo;
    await page.getByRole('table').getByText('InsufficientInstanceCapacity').first().waitFor({ timeout: 60_000 });
    await inspect(demo, 'execution-running');
  });

  it('launches again what failed, when somebody decides so', async () => {
    const { page } = demo;
    await page.getByText('Wave extra failed and waits for a decision').first().waitFor({ timeout: 60_000 });
    await noMoreFaults();
    await page.getByRole('button', { name: 'Launch again' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Comment').fill('there is capacity now');
    await dialog.getByRole('button', { name: 'Launch again' }).click();
    await page.getByText('Wave extra failed and waits for a decision').first().waitFor({ state: 'detached' });
    await page.getByText('demo decided RETRY about wave extra: there is capacity now').waitFor();
  });

  it('waits for an approval, and takes a comment with it', async () => {
    const { page } = demo;
    await page.getByText('Wave application waits for a decision').first().waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Approve' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Comment').fill('the database looks good');
    await dialog.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Approved by demo').waitFor();
    await page.getByText('the database looks good').waitFor();
  });

  it('ends, and its report can be saved', async () => {
    const { page } = demo;
    await page.getByRole('button', { name: 'Clean up' }).waitFor({ timeout: 80_000 });
    await inspect(demo, 'execution-ended');
    await page.getByRole('button', { name: 'Report' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'To read and print (HTML)' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`${execution}.html`);
    expect(readFileSync(await download.path(), 'utf8')).toContain(plan);
  });

  it('is cleaned up: everything that it launched is terminated', async () => {
    const { page } = demo;
    await page.getByRole('button', { name: 'Clean up' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('DRS terminates 4 recovery instances').waitFor();
    await dialog.getByRole('button', { name: 'Clean up' }).click();
    await page.getByRole('heading', { name: 'Clean-up' }).waitFor();
    await expect.poll(() => page.getByText('Terminated').count(), { timeout: 60_000 }).toBe(4);
    expect(await page.getByRole('button', { name: 'Clean up' }).count()).toBe(0);
  });

  it('is cancelled before its time', async () => {
    const { page } = demo;
    const started = await api<{ executionId: string }>('POST', `/recovery-plans/${plan}/executions`, { mode: 'DRILL' });
    await page.goto(`/executions/${started.executionId}`);
    await page.getByRole('button', { name: 'Cancel run' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Comment').fill('enough seen');
    await dialog.getByRole('button', { name: 'Cancel run' }).click();
    await page.getByText('Cancelled by demo').waitFor();
    await page.getByText('Cancelled', { exact: true }).first().waitFor({ timeout: 80_000 });
    await screenshot(page, 'execution-cancelled');
  });

  it('was shown without a complaint of the browser', () => {
    expect(demo.complaints).toEqual([]);
  });

  it.each([[390, 844], [1280, 800], [3840, 2160]])('is readable at %i pixels', async (width, height) => {
    const window = await windowOf(browser, 'demo', { width, height });
    for (const [name, path] of [['execution', `/executions/${execution}`], ['plan', `/plans/${plan}`], ['dashboard', '/']] as const) {
      await window.page.goto(path);
      await window.page.getByRole('heading', { level: 1 }).waitFor();
      await window.page.waitForTimeout(1500);
      await screenshot(window.page, `${name}-${width}`);
      await expectNoOverflow(window.page);
    }
    await window.context.close();
  });
});
