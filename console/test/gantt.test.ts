import { describe, expect, it } from 'vitest';
import { axisLength, fitted, tickLabel, ticks } from '../src/view/gantt-scale.js';
import { layered } from '../src/view/layered.js';

describe('time axis', () => {
  it('has round times, never more than there is room for', () => {
    expect(ticks(3000, 5)).toEqual([0, 600, 1200, 1800, 2400, 3000]);
    for (const length of [60, 4000, 90_000, 5_000_000]) {
      expect(ticks(length, 6).length).toBeLessThanOrEqual(7);
    }
    expect(tickLabel(4500)).toBe('1:15');
  });

  it('keeps its length while a run goes on, most of the time', () => {
    for (const seconds of [60, 4000, 90_000]) {
      expect(axisLength(seconds)).toBeGreaterThanOrEqual(seconds * 1.03);
      expect(axisLength(seconds)).toBeLessThan(seconds * 1.12 + 60);
    }
    const lengths = new Set(Array.from({ length: 600 }, (_, second) => axisLength(4000 + second)));
    expect(lengths.size).toBeLessThanOrEqual(4);
  });

  it('shortens what does not fit', () => {
    expect(fitted('database', 100)).toBe('database');
    expect(fitted('a-very-long-wave-name', 66)).toBe('a-very-lo…');
  });
});

describe('wave graph', () => {
  it('puts what waits to the right of what it waits for', () => {
    const { places, edges } = layered([{ name: 'web', dependsOnWaves: ['db'] }, { name: 'db', dependsOnWaves: [] }], 'LR');
    expect(edges).toEqual([{ id: 'db→web', source: 'db', target: 'web' }]);
    expect(places.get('web')!.x).toBeGreaterThan(places.get('db')!.x + 100);
  });

  it('draws a plan that is not finished: waves that do not exist, waves that wait for themselves, circles', () => {
    const waves = [{ name: 'a', dependsOnWaves: ['a', 'nowhere', 'b'] }, { name: 'b', dependsOnWaves: ['a'] }];
    expect(layered(waves, 'TB').edges).toHaveLength(2);
  });
});
