import { expect, it } from 'vitest';
import type { Plan } from '../src/api/types.js';
import { pairOf } from '../src/pages/plans/version-pair.js';

const version = (number: number): Plan => ({ name: 'p', waves: [], version: number, updatedAt: 0, updatedBy: 'x' });

it('compares two versions, the older one first, and no other number of them', () => {
  expect(pairOf([version(12), version(3)])).toMatchObject({ before: { version: 3 }, after: { version: 12 } });
  expect([pairOf([]), pairOf([version(1)]), pairOf([version(1), version(2), version(3)])]).toEqual([undefined, undefined, undefined]);
});
