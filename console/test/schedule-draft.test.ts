import { expect, it } from 'vitest';
import type { PlanSchedule } from '../src/api/types.js';
import { SCHEDULE_FIELDS, documentOf, draftOf, emptyDraft, keyOf } from '../src/pages/schedules/draft.js';
import { problemAt, problemsElsewhere } from '../src/view/field-problems.js';

const document = { expression: 'rate(7 days)', timeZone: 'UTC', enabled: false, cleanupAfterMinutes: 0, description: 'x' };
const stored: PlanSchedule = {
  ...document,
  planId: 'three-tier',
  name: 'weekly',
  version: 3,
  updatedAt: 1,
  updatedBy: 'demo',
  nextRunAt: null,
  lastRun: { executionId: 'e', status: 'REFUSED', at: 2 },
  missed: [{ at: 3, reason: 'r' }],
};

it('writes back what a person wrote, and nothing that the system adds', () => {
  expect(documentOf(stored)).toEqual(document);
  expect(draftOf(stored)).toEqual({ plan: 'three-tier', name: 'weekly', document });
});

it('does not write what a newer API knows and this console does not out of a schedule', () => {
  expect(documentOf({ ...stored, jitter: 5 } as PlanSchedule)).toEqual({ ...document, jitter: 5 });
});

it('begins with nothing chosen but what the list is about', () => {
  expect(emptyDraft('three-tier')).toMatchObject({ plan: 'three-tier', name: '', document: { expression: '' } });
});

it('tells schedules of two plans apart that have one name', () => {
  expect(keyOf({ ...stored, planId: 'other' })).not.toBe(keyOf(stored));
});

it('shows the refusal of a name, which is a part of the path, at its field', () => {
  const problems = [{ at: 'schedule (in the path)', message: 'no name' }, { at: 'jitter', message: 'unknown' }];
  expect(problemAt(problems, 'schedule')).toBe('no name');
  expect(problemsElsewhere(problems, SCHEDULE_FIELDS)).toEqual([{ at: 'jitter', message: 'unknown' }]);
});
