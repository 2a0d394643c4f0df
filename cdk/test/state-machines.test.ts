import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitTimes } from '../lib/wait-times.js';
import { policies } from './policies.js';
import { FIXTURES, ofType, plainId, synthesize, text, type Synthesized } from './synthesize.js';

const stack = synthesize();

function machine(synthesized: Synthesized, name: string) {
  const [, resource] = ofType(synthesized, 'AWS::StepFunctions::StateMachine').find(([id]) => plainId(id) === `StateMachines${name}`)!;
  const substitutions = resource.Properties['DefinitionSubstitutions'] as Record<string, unknown>;
  const filled = (resource.Properties['DefinitionString'] as string).replace(/\$\{(\w+)\}/g, (_, key) => text(substitutions[key]));
  return { properties: resource.Properties, definition: JSON.parse(filled), filled };
}

describe.each(['Recovery', 'Wave', 'Cleanup', 'Stopped', 'Inventory', 'Readiness', 'Sweep'])('the %s machine', (name) => {
  const { properties, filled } = machine(stack, name);

  test('has no placeholder left', () => {
    expect(filled).not.toContain('${');
  });

  test('is traced and logs everything but data', () => {
    expect(properties['TracingConfiguration']).toEqual({ Enabled: true });
    expect(properties['LoggingConfiguration']).toMatchObject({ Level: 'ALL', IncludeExecutionData: false });
    expect(properties['StateMachineName']).toBe(`drs-${name.toLowerCase()}`);
  });
});

describe('state machines', () => {
  test('get their numbers as numbers', () => {
    const { states, timeout } = { states: machine(stack, 'Wave').definition.States, timeout: waitTimes({ local: false, scale: 1 }) };
    expect(states.AwaitDependencies.TimeoutSeconds).toBe(timeout.DependencyTimeoutSeconds);
    expect(states.StartJobs.TimeoutSeconds).toBe(timeout.TaskTimeoutSeconds);
  });

  test('may use exactly what their states use', () => {
    const allowed = (role: string) =>
      policies(stack)
        .get(role)!
        .filter(({ actions }) => !actions.some((action) => /^(logs|xray):/.test(action)))
        .flatMap(({ actions, resources }) => actions.flatMap((action) => resources.map((resource) => `${action} ${resource}`)))
        // An unqualified function and all of its versions are one right.
        .filter((line) => !line.endsWith(':*') || line.includes(':execution:'))
        .sort();

    expect(allowed('StateMachinesWaveRole')).toEqual([
      'lambda:InvokeFunction {FunctionsAwaitDependencies}',
      'lambda:InvokeFunction {FunctionsSettleWave}',
      'lambda:InvokeFunction {FunctionsStartJobs}',
    ]);
    expect(allowed('StateMachinesRecoveryRole')).toEqual([
      'events:DescribeRule arn:aws:events:eu-west-1:111122223333:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule',
      'events:PutEvents arn:aws:events:eu-west-1:111122223333:event-bus/default',
      'events:PutRule arn:aws:events:eu-west-1:111122223333:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule',
      'events:PutTargets arn:aws:events:eu-west-1:111122223333:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule',
      'lambda:InvokeFunction {FunctionsPrepareExecution}',
      'lambda:InvokeFunction {FunctionsSettleExecution}',
      'states:DescribeExecution arn:aws:states:eu-west-1:111122223333:execution:drs-wave:*',
      'states:StartExecution {StateMachinesWave}',
      'states:StopExecution arn:aws:states:eu-west-1:111122223333:execution:drs-wave:*',
    ]);
    expect(allowed('StateMachinesReadinessRole')).toEqual([
      'events:PutEvents arn:aws:events:eu-west-1:111122223333:event-bus/default',
      'lambda:InvokeFunction {FunctionsListPlans}',
      'states:StartExecution arn:aws:states:eu-west-1:111122223333:stateMachine:drs-readiness',
    ]);
  });

  test('wait less on the local cloud, which does not scale time-outs', () => {
    expect(waitTimes({ local: false, scale: 1 })).toEqual({ DependencyTimeoutSeconds: 300, HoldTimeoutSeconds: '{% $holdSeconds %}', TaskTimeoutSeconds: 150 });
    expect(waitTimes({ local: true, scale: 0.1 })).toEqual({ DependencyTimeoutSeconds: 30, HoldTimeoutSeconds: 30, TaskTimeoutSeconds: 30 });
    expect(waitTimes({ local: true, scale: 0.01 }).DependencyTimeoutSeconds).toBe(5);
  });
});

describe('a definition', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'orchestrator-asl-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ['a placeholder that means nothing', '${SettleWaveFunction}', '${SettleTheWaveFunction}', /nothing is called \$\{SettleTheWaveFunction\}/],
    ['a function by its ARN', '${SettleWaveFunction}', 'arn:aws:lambda:eu-west-1:1:function:x', /no function of ours/],
    ['an integration whose rights nobody wrote down', 'arn:aws:states:::lambda:invoke\n', 'arn:aws:states:::sns:publish\n', /Say in lib\/state-machines\.ts/],
  ])('is refused with %s', (_, good, bad, message) => {
    cpSync(FIXTURES, folder, { recursive: true });
    const wave = readFileSync(join(FIXTURES, 'wave.asl.yaml'), 'utf8');
    expect(wave).toContain(good);
    writeFileSync(join(folder, 'wave.asl.yaml'), wave.replace(good, () => bad));
    expect(() => synthesize({}, folder)).toThrow(message);
  });

  test('starts only itself without waiting for the end', () => {
    cpSync(FIXTURES, folder, { recursive: true });
    const readiness = readFileSync(join(FIXTURES, 'readiness.asl.yaml'), 'utf8');
    writeFileSync(join(folder, 'readiness.asl.yaml'), readiness.replace('${ReadinessStateMachine}', () => '${RecoveryStateMachine}'));
    expect(() => synthesize({}, folder)).toThrow(/only itself may be started so/);
  });
});
