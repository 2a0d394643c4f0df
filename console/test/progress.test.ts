import { describe, expect, it } from 'vitest';
import type { ServerRun, WaveForecast, WaveRun } from '../src/api/types.js';
import { bySeverity, expectations, expectedEnd, progressOf } from '../src/pages/executions/progress.js';

const wave = (name: string, after: string[], times: Partial<WaveRun> = {}): WaveRun => ({
  number: 1,
  name,
  dependsOnWaves: after,
  status: 'WAITING',
  reason: '',
  servers: [],
  beforeActions: [],
  afterActions: [],
  allowedActions: [],
  ...times,
});

const forecast = (lengths: Record<string, number>) => ({
  waves: Object.entries(lengths).map(
    ([name, seconds]): WaveForecast => ({
      name,
      basis: 'PROFILE',
      critical: true,
      jobs: 1,
      servers: 1,
      start: { p50Seconds: 100, p90Seconds: 100 },
      end: { p50Seconds: 100 + seconds, p90Seconds: 100 + seconds },
      queued: { p50Seconds: 0, p90Seconds: 0 },
    }),
  ),
});

const server = (hostname: string, status: ServerRun['status']): ServerRun => ({
  serverId: `s-${hostname}`,
  hostname,
  group: 'g',
  criticality: 'critical',
  status,
  phase: '',
  reason: '',
  checks: [],
});

describe('expectations', () => {
  it('keeps what ended, lets what runs take its forecast, and puts what waits behind the last it waits for', () => {
    const waves = [
      wave('web', ['app', 'cache']),
      wave('db', [], { startedAt: 1000, endedAt: 1200 }),
      wave('app', ['db'], { startedAt: 1200 }),
      wave('cache', ['db'], { startedAt: 1200 }),
    ];
    const expected = expectations({ startedAt: 1000, waves }, forecast({ db: 50, app: 600, cache: 100, web: 60 }), 1400);
    expect(expected?.get('db')).toEqual({ start: 1000, end: 1200 });
    expect(expected?.get('app')).toEqual({ start: 1200, end: 1800 });
    // It should have ended at 1300; it ends no earlier than now.
    expect(expected?.get('cache')).toEqual({ start: 1200, end: 1400 });
    expect(expected?.get('web')).toEqual({ start: 1800, end: 1860 });
    expect(expectedEnd(expected)).toBe(1860);
  });

  it('says nothing when a wave that is still to come is not in the forecast', () => {
    const run = { startedAt: 0, waves: [wave('db', []), wave('new', ['db'])] };
    expect(expectations(run, forecast({ db: 50 }), 10)).toBeUndefined();
    expect(expectedEnd(undefined)).toBeUndefined();
  });

  it('ends for waves that depend on each other', () => {
    expect(expectations({ startedAt: 0, waves: [wave('a', ['b']), wave('b', ['a'])] }, forecast({ a: 1, b: 1 }), 0)).toBeUndefined();
  });
});

describe('progress', () => {
  it('counts a server that is up although its health is bad as up and as failed', () => {
    const servers = [server('a', 'HEALTHY'), server('b', 'UNHEALTHY'), server('c', 'FAILED'), server('d', 'LAUNCHING')];
    expect(progressOf(servers)).toEqual({ total: 4, up: 2, failed: 2 });
  });

  it('puts trouble first, and a status that nobody knows with what moves', () => {
    const servers = [server('z', 'HEALTHY'), server('b', 'SOMETHING_NEW' as ServerRun['status']), server('a', 'PENDING'), server('x', 'FAILED')];
    expect(servers.sort(bySeverity).map(({ hostname }) => hostname)).toEqual(['x', 'b', 'a', 'z']);
  });
});
