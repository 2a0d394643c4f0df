import { readFileSync } from 'node:fs';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Window, inspect, launch, windowOf } from './browser.js';
import { api, sourceServers, unique } from './cloud.js';

const plan = `live-${unique}`;
const group = `${plan}-all`;
let browser: Browser;
let demo: Window;
let execution = '';

beforeAll(async () => {
  const servers = await sourceServers(plan, 2);
  await api('PUT', `/protection-groups/${group}`, { name: group, servers: servers.map((id) => ({ id })) });
  await api('PUT', `/recovery-plans/${plan}`, {
    name: plan,
    targetRtoMinutes: 600,
    waves: [{ name: 'all', groups: [group], approval: { role: 'dr-approver' } }],
  });
  browser = await launch();
  demo = await windowOf(browser, 'demo');
  execution = (await api<{ executionId: string }>('POST', `/recovery-plans/${plan}/executions`, { mode: 'DRILL' })).executionId;
  await demo.page.goto(`/executions/${execution}`);
});

afterAll(async () => {
  await browser?.close();
});

/** Presses Tab until `target` has the focus, as somebody without a mouse does. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  const focused = () => target.evaluate((element) => element === document.activeElement);
  for (let presses = 0; !(await focused()); presses += 1) {
    expect(presses, 'keys until it has the focus').toBeLessThan(80);
    await page.keyboard.press('Tab');
  }
}

describe('an execution, live', () => {
  it('shows within two seconds what the API knows, and says how long it took', async () => {
    const { page } = demo;
    await page.getByText('Wave all waits for a decision').first().waitFor({ timeout: 60_000 });
    const took: number[] = [];
    for (const [path, state] of [['pause', 'visible'], ['resume', 'detached'], ['pause', 'visible'], ['resume', 'detached']] as const) {
      await api('POST', `/executions/${execution}/${path}`);
      const known = performance.now();
      await page.getByText('Paused by demo').waitFor({ state });
      took.push(Math.round(performance.now() - known));
    }
    console.log(`ms from the API's answer to the page: ${took.join(', ')}`);
    expect(Math.max(...took)).toBeLessThan(2000);
  });

  it('tells what happened and who did it, newest first, without being asked again', async () => {
    const { page } = demo;
    const events = page.getByRole('table').filter({ hasText: `demo started a DRILL of ${plan}` });
    await events.getByText('demo paused it').first().waitFor();
    const told = await events.getByRole('row').allInnerTexts();
    const place = (text: string) => told.findIndex((row) => row.includes(text));
    expect(place('demo paused it')).toBeLessThan(place('demo started a DRILL'));
  });

  it('turns to older events than are loaded at once', { timeout: 240_000 }, async () => {
    const { page } = demo;
    // Fifty are loaded at once.
    for (let times = 0; times < 25; times += 1) {
      await api('POST', `/executions/${execution}/pause`);
      await api('POST', `/executions/${execution}/resume`);
    }
    await page.reload();
    await page.getByText('It goes on after a pause').first().waitFor();
    const beginning = page.getByText(`demo started a DRILL of ${plan}`);
    expect(await beginning.count()).toBe(0);
    await page.getByRole('button', { name: 'Show older events' }).click();
    await beginning.waitFor();
    await page.getByRole('button', { name: 'Previous page of events' }).click();
    await beginning.waitFor({ state: 'detached' });
  });

  it('changes what is on the page and does not draw it anew', async () => {
    const { page } = demo;
    const parts = { wave: page.getByRole('button', { name: /^Wave all:/ }), row: page.getByRole('row').filter({ hasText: `${plan}-1` }) };
    for (const part of Object.values(parts)) {
      await part.first().evaluate((element) => element.setAttribute('data-seen', 'before'));
    }
    await api('POST', `/executions/${execution}/pause`);
    await page.getByText('Paused by demo').waitFor();
    await api('POST', `/executions/${execution}/resume`);
    await page.getByText('Paused by demo').waitFor({ state: 'detached' });
    for (const part of Object.values(parts)) {
      expect(await part.first().getAttribute('data-seen')).toBe('before');
    }
  });

  it('draws again for a second that passes only what shows the time', async () => {
    const { page } = demo;
    const changed = await page.evaluate(async () => {
      const places = new Map([['.rto-clock', 0], ['#servers', 0], ['.wave-graph', 0], ['h1', 0]]);
      const observer = new MutationObserver((mutations) => {
        for (const { target } of mutations) {
          const element = target instanceof Element ? target : target.parentElement;
          for (const [place, count] of places) {
            places.set(place, count + (element?.closest(place) ? 1 : 0));
          }
        }
      });
      observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
      await new Promise((resolve) => setTimeout(resolve, 3000));
      observer.disconnect();
      return Object.fromEntries(places);
    });
    expect(changed['.rto-clock']).toBeGreaterThanOrEqual(3);
    expect(changed).toMatchObject({ '#servers': 0, '.wave-graph': 0, h1: 0 });
  });

  it('says that it is stale while there is no connection, and then shows what happened meanwhile', async () => {
    const { page, context, complaints } = demo;
    await context.setOffline(true);
    await page.getByText('Connection lost').waitFor();
    await api('POST', `/executions/${execution}/pause`);
    expect(await page.getByText('Paused by demo').count()).toBe(0);
    await context.setOffline(false);
    await page.getByText('Paused by demo').waitFor();
    await page.getByText('Connection lost').waitFor({ state: 'detached' });
    await api('POST', `/executions/${execution}/resume`);
    await page.getByText('Paused by demo').waitFor({ state: 'detached' });
    complaints.splice(0, complaints.length, ...complaints.filter((text) => !text.includes('ERR_INTERNET_DISCONNECTED')));
  });

  it('has a wave approved with the keyboard alone', async () => {
    const { page } = demo;
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await tabTo(page, page.getByRole('button', { name: 'Approve' }).first());
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    await tabTo(page, dialog.getByLabel('Comment'));
    await page.keyboard.type('no mouse at hand');
    await tabTo(page, dialog.getByRole('button', { name: 'Approve' }));
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('demo approved wave all: no mouse at hand').waitFor();
  });

  it('shows of each server the instance in its Region and the recovery point it came from', async () => {
    const { page } = demo;
    await page.getByRole('heading', { name: 'Stored reports' }).waitFor({ timeout: 80_000 });
    type Shown = { waves: { region: string; servers: { instanceId: string; recoveredFrom: number }[] }[] };
    const { waves } = await api<Shown>('GET', `/executions/${execution}`);
    const [server] = waves[0]?.servers ?? [];
    const link = page.getByRole('link', { name: new RegExp(server?.instanceId ?? 'nothing') });
    expect(await link.getAttribute('href')).toContain(`${waves[0]?.region}.console.aws.amazon.com/ec2/home?region=${waves[0]?.region}#InstanceDetails`);
    expect(server?.recoveredFrom).toBeGreaterThan(0);
    const written = await page.evaluate(
      (at) => new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' }).format(at * 1000),
      server?.recoveredFrom ?? 0,
    );
    await page.getByRole('cell', { name: written }).first().waitFor();
  });
});

describe('the reports', () => {
  type Stored = { reports: { format: string; sha256: string; bytes: number }[] };

  it('are on the page of the execution, with their checksums', async () => {
    const { page } = demo;
    const stored = async () => (await api<Stored>('GET', `/executions/${execution}`)).reports;
    await expect.poll(async () => (await stored()).length, { timeout: 30_000 }).toBe(3);
    for (const { sha256 } of await stored()) {
      await page.getByText(sha256).waitFor();
    }
    await inspect(demo, 'execution-reports');
  });

  it('are listed for every run that has ended, by plan and mode', async () => {
    const { page } = demo;
    await page.getByRole('link', { name: 'Reports', exact: true }).click();
    await page.getByRole('heading', { name: 'Reports', level: 1 }).waitFor();
    await page.getByRole('button', { name: /^Plan/ }).click();
    await page.keyboard.type(plan);
    await page.getByRole('option', { name: plan, exact: true }).click();
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
    const row = page.getByRole('row').filter({ hasText: execution });
    for (const format of ['HTML', 'JSON', 'CSV']) {
      await row.getByText(new RegExp(`${format}, [0-9.]+ K?B, `)).waitFor();
    }
    await inspect(demo, 'reports-of-a-plan');
    await page.goto(`/reports?plan=${plan}&mode=RECOVERY`);
    await page.getByText('No run that is asked for has ended').waitFor();
    await inspect(demo, 'reports-empty');
  });

  it('are saved as files through the API, in each format', async () => {
    const { page } = demo;
    await page.goto(`/reports?plan=${plan}&mode=DRILL`);
    const saved = async (item: string) => {
      await page.getByRole('button', { name: `Save the report of ${execution}` }).click();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: item }).click()]);
      return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
    };
    const html = await saved('To read and print (HTML)');
    expect(html.name).toBe(`${execution}.html`);
    expect(html.text).toContain(`${plan}-2`);
    const json = await saved('For programs (JSON)');
    expect(JSON.parse(json.text)).toMatchObject({ execution: { executionId: execution, status: 'COMPLETED' }, rto: { result: 'MET' } });
    const csv = await saved('A row for each server (CSV)');
    expect(csv.text.trim().split('\n')).toHaveLength(3);
  });

  it('say so when they cannot be loaded, and can be asked for again', async () => {
    const { page, context, complaints } = demo;
    await context.setOffline(true);
    await page.getByRole('button', { name: /^Mode/ }).click();
    await page.getByRole('option', { name: 'Recoveries', exact: true }).click();
    await page.getByText('This could not be loaded').waitFor();
    await context.setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('No run that is asked for has ended').waitFor();
    complaints.splice(0, complaints.length, ...complaints.filter((text) => !text.includes('ERR_INTERNET_DISCONNECTED')));
  });

  it('are shown to an auditor, who is offered no clean-up, and not to nobody', async () => {
    const auditor = await windowOf(browser, 'auditor');
    await auditor.page.goto(`/executions/${execution}`);
    await auditor.page.getByRole('heading', { name: 'Stored reports' }).waitFor();
    expect(await auditor.page.getByRole('button', { name: 'Clean up' }).count()).toBe(0);
    await auditor.context.close();
    await demo.page.goto(`/executions/${execution}`);
    await demo.page.getByRole('button', { name: 'Clean up' }).waitFor();
    const nobody = await windowOf(browser, 'nobody');
    await nobody.page.goto('/reports');
    await nobody.page.getByText('You may not see this').waitFor();
    await nobody.context.close();
  });

  it('was shown without a complaint of the browser', () => {
    expect(demo.complaints).toEqual([]);
  });
});
