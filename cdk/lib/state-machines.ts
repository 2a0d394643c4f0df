import { join } from 'node:path';
import { RemovalPolicy, Stack, ArnFormat } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { executionsOf } from './function-role.js';
import { functionPlaceholder, pascalCase } from './names.js';
import { allStates, placeholders, readDefinition, type Definition } from './state-machine-definition.js';
import type { WaitTimes } from './wait-times.js';

/** In the order in which they are made: a machine may start the ones before it, and wait for them, and itself anew. */
export const STATE_MACHINE_NAMES = ['wave', 'recovery', 'cleanup', 'stopped', 'inventory', 'readiness', 'sweep'] as const;
export type StateMachineName = (typeof STATE_MACHINE_NAMES)[number];

/** A machine's ARN from its fixed name, for those who must know it before the machine exists. */
export function stateMachineArn(stack: Stack, name: StateMachineName): string {
  return stack.formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: `${stack.stackName}-${name}`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

export interface StateMachinesProps {
  /** The folder that holds `<name>.asl.yaml`. */
  readonly definitions: string;
  readonly functions: Readonly<Record<string, IFunction>>;
  readonly eventBus: IEventBus;
  readonly waitTimes: WaitTimes;
  readonly local: boolean;
}

/**
 * The control flow. It is written in `statemachine/*.asl.yaml` and nowhere else; here it gets a role, logs and traces.
 * A role is read off its definition, so a machine may do what its states do, and nothing more.
 */
export class StateMachines extends Construct {
  readonly byName: Readonly<Record<StateMachineName, StateMachine>>;

  constructor(scope: Construct, id: string, private readonly props: StateMachinesProps) {
    super(scope, id);
    const made: Partial<Record<StateMachineName, StateMachine>> = {};
    for (const name of STATE_MACHINE_NAMES) {
      made[name] = this.create(name, made);
    }
    this.byName = made as Record<StateMachineName, StateMachine>;
  }

  private create(name: StateMachineName, earlier: Partial<Record<StateMachineName, StateMachine>>): StateMachine {
    const { definitions, functions, eventBus, waitTimes, local } = this.props;
    const stateMachineName = `${Stack.of(this).stackName}-${name}`;
    const file = join(definitions, `${name}.asl.yaml`);
    const definition = readDefinition(file, { ...waitTimes });

    const known: Record<string, string> = {
      EventBus: eventBus.eventBusName,
      ...Object.fromEntries(Object.entries(functions).map(([name, fn]) => [functionPlaceholder(name), fn.functionArn])),
      [`${pascalCase(name)}StateMachine`]: stateMachineArn(Stack.of(this), name),
      ...Object.fromEntries(
        Object.entries(earlier).map(([name, machine]) => [`${pascalCase(name)}StateMachine`, machine.stateMachineArn]),
      ),
    };
    const substitutions = Object.fromEntries(
      [...placeholders(definition)].map((placeholder) => {
        const value = known[placeholder];
        if (value === undefined) {
          const names = [...Object.keys(known), ...Object.keys(waitTimes)];
          throw new Error(`${file}: nothing is called \${${placeholder}}. Known are ${names.join(', ')}.`);
        }
        return [placeholder, value];
      }),
    );

    const machine = new StateMachine(this, pascalCase(name), {
      stateMachineName,
      definitionBody: DefinitionBody.fromString(JSON.stringify(definition)),
      definitionSubstitutions: substitutions,
      tracingEnabled: true,
      logs: {
        destination: new LogGroup(this, `${pascalCase(name)}Logs`, {
          // With this prefix the group does not use up the account's log resource policy.
          logGroupName: `/aws/vendedlogs/states/${stateMachineName}`,
          retention: RetentionDays.ONE_YEAR,
          removalPolicy: local ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        }),
        level: LogLevel.ALL,
        // Inputs and outputs name servers and people; the tables hold them, under their own access rules.
        includeExecutionData: false,
      },
    });
    this.grant(machine, name, definition, file, earlier);
    return machine;
  }

  private grant(
    machine: StateMachine,
    own: StateMachineName,
    definition: Definition,
    file: string,
    earlier: Partial<Record<StateMachineName, StateMachine>>,
  ): void {
    const { functions, eventBus } = this.props;
    const functionsUsed = new Set<string>();
    const machinesUsed = new Set<StateMachineName>();
    let startsItself = false;
    let putsEvents = false;

    for (const { name, state } of allStates(definition).filter(({ state }) => state['Type'] === 'Task')) {
      const task = (state['Arguments'] ?? {}) as Record<string, unknown>;
      switch (state['Resource']) {
        case 'arn:aws:states:::lambda:invoke':
        case 'arn:aws:states:::lambda:invoke.waitForTaskToken': {
          const used = Object.keys(functions).find((fn) => task['FunctionName'] === `\${${functionPlaceholder(fn)}}`);
          if (used === undefined) {
            throw new Error(`${file}: state ${name} invokes ${String(task['FunctionName'])}, which is no function of ours.`);
          }
          functionsUsed.add(used);
          break;
        }
        case 'arn:aws:states:::states:startExecution.sync:2': {
          const used = (Object.keys(earlier) as StateMachineName[]).find(
            (other) => task['StateMachineArn'] === `\${${pascalCase(other)}StateMachine}`,
          );
          if (used === undefined) {
            throw new Error(`${file}: state ${name} starts ${String(task['StateMachineArn'])}, which is no machine of ours.`);
          }
          machinesUsed.add(used);
          break;
        }
        case 'arn:aws:states:::states:startExecution':
          if (task['StateMachineArn'] !== `\${${pascalCase(own)}StateMachine}`) {
            throw new Error(`${file}: state ${name} starts ${String(task['StateMachineArn'])} without waiting, and only itself may be started so.`);
          }
          startsItself = true;
          break;
        case 'arn:aws:states:::events:putEvents':
          putsEvents = true;
          break;
        default:
          throw new Error(`${file}: state ${name} uses ${String(state['Resource'])}. Say in lib/state-machines.ts what that needs.`);
      }
    }

    const allow = (actions: string[], resources: string[]): void => {
      if (resources.length > 0) {
        machine.addToRolePolicy(new PolicyStatement({ actions, resources }));
      }
    };
    const stack = Stack.of(this);
    allow(['lambda:InvokeFunction'], [...functionsUsed].map((name) => functions[name]!.functionArn));
    const startable = [...machinesUsed].map((name) => earlier[name]!.stateMachineArn);
    // By name: the machine cannot refer to itself before it exists.
    allow(['states:StartExecution'], startsItself ? [...startable, stateMachineArn(stack, own)] : startable);
    allow(
      ['states:DescribeExecution', 'states:StopExecution'],
      [...machinesUsed].map((name) => executionsOf(stack, stateMachineArn(stack, name))),
    );
    // How ".sync" learns that the nested execution has ended: Step Functions keeps a rule of its own.
    allow(
      ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
      machinesUsed.size > 0
        ? [stack.formatArn({ service: 'events', resource: 'rule', resourceName: 'StepFunctionsGetEventsForStepFunctionsExecutionRule' })]
        : [],
    );
    allow(['events:PutEvents'], putsEvents ? [eventBus.eventBusArn] : []);
  }
}
