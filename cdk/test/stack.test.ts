import { App } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { readSettings } from '../lib/settings.js';
import { ofType, plainId, synthesize, text, type Synthesized } from './synthesize.js';

const stack = synthesize();

describe('the stack', () => {
  test('tells the tools what they need', () => {
    expect(Object.keys(stack.template.toJSON()['Outputs']).sort()).toEqual([
      'ApiUrl',
      'AuditLogTable',
      'CleanupStateMachineArn',
      'ExecutionHistoryTable',
      'InventoryStateMachineArn',
      'InventoryTable',
      'NoticeTopicArn',
      'ProtectionGroupsTable',
      'ReadinessStateMachineArn',
      'RecoveryPlansTable',
      'RecoveryStateMachineArn',
      'ReportsBucket',
      'StoppedStateMachineArn',
      'SweepStateMachineArn',
      'UserPoolClientId',
      'UserPoolId',
      'WaveStateMachineArn',
    ]);
  });

  test('keeps every log for a year, and after the stack is gone', () => {
    const groups = ofType(stack, 'AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThan(0);
    for (const [id, group] of groups) {
      expect([id, group.Properties['RetentionInDays'], group.DeletionPolicy]).toEqual([id, 365, 'RetainExceptOnCreate']);
    }
  });

  test('leaves nothing behind on the local cloud', () => {
    const kept = Object.entries(synthesize({ local: true }).resources).filter(([, resource]) => resource.DeletionPolicy?.startsWith('Retain'));
    expect(kept).toEqual([]);
  });

  test('starts a plan when an event asks for it', () => {
    const [, rule] = ofType(stack, 'AWS::Events::Rule').find(([id]) => plainId(id) === 'TriggersStartRecoveryPlan')!;
    expect(rule!.Properties['EventPattern']).toEqual({ 'detail-type': ['Start Recovery Plan'], detail: { planId: [{ exists: true }] } });
    const [target] = rule!.Properties['Targets'];
    // The detail as it is: what the event leaves out stays out.
    expect(target.InputPath).toBe('$.detail');
    expect(target.InputTransformer).toBeUndefined();
    expect(plainId(target.Arn.Ref)).toBe('StateMachinesRecovery');
    expect(target.RetryPolicy.MaximumEventAgeInSeconds).toBe(300);
  });

  test('settles what was stopped in Step Functions, and asks CloudTrail who did that', () => {
    const rules = ofType(stack, 'AWS::Events::Rule').map(([id, rule]) => [plainId(id), rule.Properties] as const);
    const rule = (id: string) => rules.find(([name]) => name === id)![1];
    const stopped = rule('TriggersSettleStopped');
    expect(stopped['EventPattern']).toMatchObject({ source: ['aws.states'], detail: { status: ['ABORTED', 'FAILED', 'TIMED_OUT'] } });
    expect(plainId(stopped['EventPattern'].detail.stateMachineArn[0].Ref)).toBe('StateMachinesRecovery');
    const named = rule('TriggersNameStopper')['EventPattern'].detail;
    expect(named.eventName).toEqual(['StopExecution']);
    expect(text(named.requestParameters.executionArn[0].prefix)).toBe('arn:aws:states:eu-west-1:111122223333:execution:drs-recovery:');
    for (const id of ['TriggersSettleStopped', 'TriggersNameStopper']) {
      expect([plainId(rule(id)['Targets'][0].Arn.Ref), rule(id)['Targets'][0].InputPath]).toEqual(['StateMachinesStopped', '$.detail']);
    }
  });
});

describe('schedules', () => {
  const rates = (synthesized: Synthesized) =>
    Object.fromEntries(
      ofType(synthesized, 'AWS::Scheduler::Schedule').map(([, schedule]) => [
        plainId(schedule.Properties['Target'].Arn.Ref),
        [schedule.Properties['ScheduleExpression'], schedule.Properties['State'], schedule.Properties['Target'].Input],
      ]),
    );

  test('read the servers and look at the plans by themselves', () => {
    expect(rates(stack)).toEqual({
      StateMachinesInventory: ['rate(15 minutes)', 'ENABLED', '{}'],
      StateMachinesReadiness: ['rate(1 hour)', 'ENABLED', '{}'],
      StateMachinesStopped: ['rate(5 minutes)', 'ENABLED', '{}'],
      StateMachinesSweep: ['rate(5 minutes)', 'ENABLED', '{"leftOverHours":24}'],
    });
  });

  test('are as frequent as one likes', () => {
    const { StateMachinesInventory, StateMachinesReadiness } = rates(synthesize({ inventoryMinutes: 1, readinessMinutes: 1440 }));
    expect([StateMachinesInventory![0], StateMachinesReadiness![0]]).toEqual(['rate(1 minute)', 'rate(1 day)']);
  });
});

describe('settings', () => {
  const settings = (context: Record<string, string>) => readSettings(new App({ context }).node);

  test('are production unless asked otherwise', () => {
    expect(settings({ assets: 'none' })).toMatchObject({ stackName: 'drs-orchestrator', local: false, scale: 1, assets: { kind: 'none' }, regions: [] });
  });

  test('read what the command line says', () => {
    expect(settings({ target: 'local', scale: '0.01', assets: '/tmp/zips', stack: 'other', regions: 'eu-west-1, us-gov-west-1,eu-west-1', readinessMinutes: '5' })).toMatchObject({
      stackName: 'other',
      local: true,
      scale: 0.01,
      assets: { kind: 'directory', path: '/tmp/zips' },
      regions: ['eu-west-1', 'us-gov-west-1'],
      inventoryMinutes: 15,
      readinessMinutes: 5,
    });
  });

  test.each([
    ['an unknown target', { target: 'azure' }, /is aws or local/],
    ['a scale that is no number', { target: 'local', scale: 'fast' }, /above 0 and up to 1/],
    ['a scale of zero', { target: 'local', scale: '0' }, /above 0 and up to 1/],
    ['a Region that is none', { regions: 'eu-west-1,Frankfurt' }, /No Region is called Frankfurt/],
    ['a schedule without time between', { inventoryMinutes: '0' }, /from 1 to 1440/],
    ['a drill that is never told of', { leftOverHours: '0' }, /from 1 to 8760/],
    ['a scaled production', { scale: '0.5' }, /AWS keeps real time/],
  ])('refuse %s', (_, context, message) => {
    expect(() => settings(context)).toThrow(message);
  });
});
