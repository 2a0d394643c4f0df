import type { CDPSession, Page } from 'playwright-core';

/** What the browser says of an interaction that it was asked about. */
export interface Measured {
  readonly what: string;
  readonly interactions: number;
  /** From the event to the next frame, in milliseconds, of the slowest; Event Timing rounds to 8 and leaves out less than 16. */
  readonly slowest: number;
  readonly median: number;
  /** What kept the page from answering to anything else; 0 when no task took 50 ms or more. */
  readonly longestTask: number;
  /** What the page's main thread computed meanwhile, in milliseconds of its own time: neighbours do not count. */
  readonly cpu: number;
}

interface Seen {
  readonly events: { readonly id: number; readonly ms: number }[];
  readonly tasks: number[];
}

/** Entries come after the frame that they are about, and what is rendered at leisure after that. */
const AFTER_MS = 300;

/** Does something, and asks the browser how long it was busy with it: Event Timing and Long Tasks. */
export async function measure(page: Page, what: string, act: () => Promise<unknown>): Promise<Measured> {
  await page.evaluate(() => {
    const seen: Seen = { events: [], tasks: [] };
    const events = new PerformanceObserver((list) => {
      for (const { interactionId = 0, duration } of list.getEntries() as (PerformanceEntry & { interactionId?: number })[]) {
        if (interactionId > 0) {
          seen.events.push({ id: interactionId, ms: duration });
        }
      }
    });
    events.observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
    const tasks = new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map(({ duration }) => duration)));
    tasks.observe({ type: 'longtask' });
    Object.assign(window, { smooth: { seen, observers: [events, tasks] } });
  });
  const before = await computed(page);
  await act();
  await page.waitForTimeout(AFTER_MS);
  const cpu = (await computed(page)) - before;
  const { events, tasks } = await page.evaluate(() => {
    const { smooth } = window as unknown as { smooth: { seen: Seen; observers: PerformanceObserver[] } };
    smooth.observers.forEach((observer) => observer.disconnect());
    return smooth.seen;
  });
  // An interaction is several events; the slowest is what somebody feels.
  const byInteraction = new Map<number, number>();
  for (const { id, ms } of events) {
    byInteraction.set(id, Math.max(byInteraction.get(id) ?? 0, ms));
  }
  const times = [...byInteraction.values()].sort((a, b) => a - b);
  return {
    what,
    interactions: times.length,
    slowest: Math.round(times.at(-1) ?? 0),
    median: Math.round(times[Math.floor(times.length / 2)] ?? 0),
    longestTask: Math.round(Math.max(0, ...tasks)),
    cpu: Math.round(cpu),
  };
}

const sessions = new WeakMap<Page, Promise<CDPSession>>();

/** Milliseconds that the main thread has computed so far, in time of that thread and not of the clock on the wall. */
async function computed(page: Page): Promise<number> {
  const session = sessions.get(page) ?? page.context().newCDPSession(page);
  if (!sessions.has(page)) {
    sessions.set(page, session);
    await (await session).send('Performance.enable', { timeDomain: 'threadTicks' });
  }
  const { metrics } = await (await session).send('Performance.getMetrics');
  return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
}

/** A line for each, and which are slower than `target`. */
export function table(head: string, measured: readonly Measured[], target: number): string {
  const column = (value: string | number) => String(value).padStart(9);
  const line = ({ what, interactions, slowest, median, longestTask, cpu }: Measured) =>
    `${what.padEnd(44)}${[interactions, median, slowest, longestTask, cpu].map(column).join('')}${slowest > target ? '  !' : ''}`;
  return [`${head.padEnd(44)}${['events', 'median', 'slowest', 'task', 'cpu'].map(column).join('')}  ms`, ...measured.map(line)].join('\n');
}
