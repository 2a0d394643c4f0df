/** What a running execution amounts to. Sums of what the API says, and no rules: those are the API's. */
import type { Execution, PlanForecast, ServerRun, WaveRun } from '../../api/types.js';

const UP = new Set(['LAUNCHED', 'CHECKING', 'HEALTHY', 'UNHEALTHY']);
const DOWN = new Set(['FAILED', 'UNHEALTHY']);

export interface Progress {
  readonly total: number;
  /** DRS has launched them. */
  readonly up: number;
  readonly failed: number;
}

export function progressOf(servers: readonly ServerRun[]): Progress {
  return {
    total: servers.length,
    up: servers.filter(({ status }) => UP.has(status)).length,
    failed: servers.filter(({ status }) => DOWN.has(status)).length,
  };
}

/** A wave that has begun and not ended is on its way. */
export function isUnderWay(wave: WaveRun): boolean {
  return wave.startedAt != null && wave.endedAt == null;
}

/** When a wave is expected to begin and to end, unix seconds. */
export interface Expectation {
  readonly start: number;
  readonly end: number;
}

/**
 * The forecast again, from where the run is now: what has ended has ended, what runs takes what was expected of it but ends
 * no earlier than now, and what waits begins when the last that it waits for ends. `undefined` when a wave that is still
 * to come is not in the forecast, which is that of another version then.
 */
export function expectations(
  execution: Pick<Execution, 'startedAt' | 'waves'>,
  forecast: Pick<PlanForecast, 'waves'>,
  now: number,
): Map<string, Expectation> | undefined {
  const lengths = new Map(forecast.waves.map(({ name, start, end }) => [name, end.p50Seconds - start.p50Seconds]));
  const known = new Map<string, Expectation>();
  let open = [...execution.waves];
  while (open.length > 0) {
    const left = open.filter((wave) => {
      const before = wave.dependsOnWaves.map((name) => known.get(name));
      if (before.includes(undefined)) {
        return true;
      }
      const free = Math.max(execution.startedAt, ...before.map((one) => one?.end ?? 0));
      const expected = expectation(wave, free, lengths.get(wave.name), now);
      if (expected) {
        known.set(wave.name, expected);
      }
      return !expected;
    });
    if (left.length === open.length) {
      return undefined;
    }
    open = left;
  }
  return known;
}

function expectation(wave: WaveRun, free: number, length: number | undefined, now: number): Expectation | undefined {
  if (wave.endedAt != null) {
    return { start: wave.startedAt ?? wave.endedAt, end: wave.endedAt };
  }
  if (length === undefined) {
    return undefined;
  }
  const start = wave.startedAt ?? Math.max(free, now);
  return { start, end: Math.max(now, start + length) };
}

/** When the last wave is expected to end. */
export function expectedEnd(expected: Map<string, Expectation> | undefined): number | undefined {
  return expected && expected.size > 0 ? Math.max(...[...expected.values()].map(({ end }) => end)) : undefined;
}

const ORDER = ['FAILED', 'UNHEALTHY', 'UNKNOWN', 'LAUNCHING', 'CHECKING', 'PENDING', 'LAUNCHED', 'HEALTHY', 'SKIPPED'];

/** One for all comparisons: thousands are sorted at each poll. */
const NAMES = new Intl.Collator();

/** Trouble first, then what moves, then what is done. */
export function bySeverity(left: ServerRun, right: ServerRun): number {
  const rank = ({ status }: ServerRun) => {
    const index = ORDER.indexOf(status);
    return index < 0 ? 2 : index;
  };
  return rank(left) - rank(right) || NAMES.compare(left.hostname, right.hostname);
}
