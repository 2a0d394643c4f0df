import { describe, expect, test } from 'vitest';
import { describePolicies, policies } from './policies.js';
import { STATE_MACHINES, synthesize } from './synthesize.js';

const stack = synthesize();
const byRole = policies(stack);
const statements = [...byRole].flatMap(([role, all]) => all.map((statement) => ({ role, ...statement })));

describe('roles', () => {
  // To accept a change: npx vitest run -u, and let the difference be reviewed.
  test('of functions may do exactly this', async () => {
    const roles = [...byRole.keys()].filter((role) => role.startsWith('Functions'));
    await expect(describePolicies(byRole, roles)).toMatchFileSnapshot('golden/function-roles.txt');
  });

  test('of state machines and rules may do exactly this', async () => {
    const real = policies(synthesize({}, STATE_MACHINES));
    const roles = [...real.keys()].filter((role) => !role.startsWith('Functions'));
    await expect(describePolicies(real, roles)).toMatchFileSnapshot('golden/other-roles.txt');
  });

  test('name every action', () => {
    const wild = statements.filter(({ actions }) => actions.some((action) => action.includes('*')));
    expect(wild).toEqual([]);
  });

  test('of functions reach EC2 only through DRS', () => {
    const ec2 = statements.filter(({ actions }) => actions.some((action) => action.startsWith('ec2:')));
    expect(ec2.map(({ role }) => role).sort()).toEqual(['FunctionsApplyLaunchSettingsRole', 'FunctionsStartJobsRole', 'FunctionsStartTerminationsRole']);
    for (const { condition } of ec2) {
      expect(condition).toEqual({ 'ForAnyValue:StringEquals': { 'aws:CalledVia': 'drs.amazonaws.com' } });
    }
  });

  test('let only start-jobs and start-terminations touch instances', () => {
    const touches = /^ec2:((Run|Start|Stop|Terminate)Instances|ModifyInstanceAttribute)$/;
    const touching = statements.filter(({ actions }) => actions.some((action) => touches.test(action)));
    expect(touching.map(({ role }) => role)).toEqual(['FunctionsStartJobsRole', 'FunctionsStartTerminationsRole']);
  });

  test('safety rule 2: let only start-terminations terminate recovery instances', () => {
    const terminating = statements.filter(({ actions }) => actions.includes('drs:TerminateRecoveryInstances'));
    expect(terminating.map(({ role }) => role)).toEqual(['FunctionsStartTerminationsRole']);
  });

  test('add to the audit log and read it, and nobody may change what is there', () => {
    const onLog = statements.filter(({ resources }) => resources.includes('{TablesAuditLog}')).flatMap(({ actions }) => actions);
    expect([...new Set(onLog)].sort()).toEqual(['dynamodb:PutItem', 'dynamodb:Query']);
  });

  test('of functions that send commands do so in every Region that one recovers into', () => {
    const both = policies(synthesize({ regions: ['eu-west-1', 'eu-central-1'] }));
    const sending = both.get('FunctionsStartHealthChecksRole')!.find(({ actions }) => actions.includes('ssm:SendCommand'))!;
    expect(sending.resources).toEqual(
      ['eu-west-1', 'eu-central-1'].flatMap((region) => [
        `arn:aws:ssm:${region}::document/AWS-RunShellScript`,
        `arn:aws:ssm:${region}::document/AWS-RunPowerShellScript`,
        `arn:aws:ec2:${region}:111122223333:instance/*`,
      ]),
    );
  });

  test('only start-jobs may start a recovery', () => {
    const starting = statements.filter(({ actions }) => actions.includes('drs:StartRecovery')).map(({ role }) => role);
    expect(starting).toEqual(['FunctionsStartJobsRole']);
  });

  test('use managed policies for API Gateway logs alone', () => {
    const managed = statements.filter(({ actions }) => actions.some((action) => action.startsWith('managed policy')));
    expect(managed.map(({ role }) => role)).toEqual(['RestApiCloudWatchRole']);
  });
});
