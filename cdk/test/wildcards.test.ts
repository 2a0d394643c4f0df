import { describe, expect, test } from 'vitest';
import { policies } from './policies.js';
import { STATE_MACHINES, synthesize } from './synthesize.js';
import { WILDCARDS } from './wildcards.js';

interface Grant {
  readonly role: string;
  readonly action: string;
  readonly resource: string;
}

/** What is granted on a resource with a `*` in it, one by one. */
const grants: Grant[] = [...policies(synthesize({}, STATE_MACHINES))].flatMap(([role, statements]) =>
  statements.flatMap(({ actions, resources }) =>
    actions.flatMap((action) => resources.filter((resource) => resource.includes('*')).map((resource) => ({ role, action, resource }))),
  ),
);
const reasons = ({ action, resource }: Grant) => WILDCARDS.filter((known) => known.actions.test(action) && known.resource.test(resource));

describe('a resource with a "*"', () => {
  test('has one reason, in wildcards.ts', () => {
    expect(grants.length).toBeGreaterThan(0);
    expect(grants.filter((grant) => reasons(grant).length !== 1)).toEqual([]);
  });

  test('is not explained where there is none any more', () => {
    const used = new Set(grants.flatMap(reasons));
    expect(WILDCARDS.filter((known) => !used.has(known))).toEqual([]);
  });
});

describe('the rights in DRS', () => {
  test('end at the Regions that one recovers into, the own one always among them', () => {
    const both = policies(synthesize({ regions: ['eu-central-1'] }));
    const starting = both.get('FunctionsStartJobsRole')!.find(({ actions }) => actions.includes('drs:StartRecovery'))!;
    expect(starting.resources).toEqual([
      'arn:aws:drs:eu-west-1:111122223333:source-server/*',
      'arn:aws:drs:eu-central-1:111122223333:source-server/*',
    ]);
  });
});
