import { expect, it } from 'vitest';
import { NEWEST, choiceOf, momentOf, withServers } from '../src/pages/plans/recovery-point.js';

const at = { date: '2026-11-22', time: '02:00:00' };
const seconds = new Date(2026, 10, 22, 2, 0, 0).getTime() / 1000;

it('asks for the newest until something else is chosen', () => {
  expect(choiceOf(NEWEST)).toEqual({ kind: 'LATEST' });
});

it('takes a moment in the time zone in which everything is shown, and none that is half typed', () => {
  expect(choiceOf({ ...NEWEST, ...at, kind: 'NOT_AFTER' })).toEqual({ kind: 'NOT_AFTER', at: seconds });
  for (const half of [{ date: '', time: '02:00:00' }, { date: '2026-11', time: '' }, { date: '2026-11-22', time: '02' }, { date: '2026-13-45', time: '02:00' }]) {
    expect(momentOf(half)).toBeUndefined();
    expect(choiceOf({ ...NEWEST, ...half, kind: 'NOT_AFTER' })).toBeUndefined();
  }
});

it('asks for nothing before each chosen server has its recovery point', () => {
  const draft = withServers({ ...NEWEST, kind: 'SNAPSHOTS' }, ['a', 'b']);
  expect(choiceOf({ ...NEWEST, kind: 'SNAPSHOTS' })).toBeUndefined();
  expect(choiceOf({ ...draft, snapshots: { ...draft.snapshots, a: 'pit-1' } })).toBeUndefined();
  const whole = { ...draft, snapshots: { a: 'pit-1', b: 'pit-2' } };
  expect(choiceOf(whole)).toEqual({ kind: 'SNAPSHOTS', snapshots: { a: 'pit-1', b: 'pit-2' }, others: { kind: 'LATEST' } });
  expect(choiceOf({ ...whole, othersNotAfter: true })).toBeUndefined();
  expect(choiceOf({ ...whole, ...at, othersNotAfter: true })).toMatchObject({ others: { kind: 'NOT_AFTER', at: seconds } });
  expect(withServers(whole, ['b', 'c']).snapshots).toEqual({ b: 'pit-2', c: '' });
});
