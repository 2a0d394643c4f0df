import { describe, expect, it } from 'vitest';
import { age, bytes, counted, duration, words } from '../src/view/format.js';

describe('format', () => {
  it('writes durations as hours, minutes and seconds, and nothing for what is not known', () => {
    expect(duration(462)).toBe('0:07:42');
    expect(duration(359_999.6)).toBe('100:00:00');
    expect(duration(-3)).toBe('0:00:00');
    expect(duration(null)).toBe('–');
    expect(duration(Number.NaN)).toBe('–');
  });

  it('writes an age in its largest unit, and days only when there are two', () => {
    expect([59, 60, 3600, 47 * 3600, 48 * 3600].map(age)).toEqual(['59 s', '1 min', '1 h', '47 h', '2 days']);
  });

  it('makes the words of the API readable without knowing them', () => {
    expect(words('AWAITING_APPROVAL')).toBe('Awaiting approval');
    expect(words('SOMETHING_NEW')).toBe('Something new');
    expect(words('')).toBe('');
  });

  it('counts in English and in binary units', () => {
    expect([counted(1, 'server'), counted(0, 'server')]).toEqual(['1 server', '0 servers']);
    expect([bytes(8 * 2 ** 30), bytes(2 ** 40)]).toEqual(['8 GiB', '1.0 TiB']);
  });
});
