import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { DrillSchedules } from './drill-schedules.js';
import { byKind } from './drs-resources.js';
import { pascalCase } from './names.js';
import type { Permissions } from './permissions.js';

export interface FunctionRoleProps {
  readonly permissions: Permissions;
  /** The file they come from, for messages. */
  readonly source: string;
  readonly logGroup: ILogGroup;
  /** What a permission for a table covers: the table and its indexes. */
  readonly tableArns: Readonly<Record<string, readonly string[]>>;
  /** What a permission for a bucket covers: objects, by their keys. */
  readonly objectArns: Readonly<Record<string, string>>;
  /** The Regions that one recovers into: commands are sent to instances there. */
  readonly regions: readonly string[];
  /** ARNs by short name. Made from fixed names, so that a function can name a machine that invokes it. */
  readonly stateMachineArns: Readonly<Record<string, string>>;
  /** The schedules that `scheduler` actions are for. */
  readonly drillSchedules: DrillSchedules;
}

/** Actions that act on an execution of a machine and not on the machine. */
const ON_EXECUTIONS: ReadonlySet<string> = new Set(['DescribeExecution', 'StopExecution', 'GetExecutionHistory', 'RedriveExecution']);

/** The token says which task is meant, and IAM cannot see into it: these actions know no resources. */
const ON_TOKENS: ReadonlySet<string> = new Set(['SendTaskSuccess', 'SendTaskFailure', 'SendTaskHeartbeat']);

/** SSM actions that only read what a document is. */
const ON_DOCUMENTS: ReadonlySet<string> = new Set(['DescribeDocument']);

/** SSM actions with resources of their own, below. */
const APART: ReadonlySet<string> = new Set(['SendCommand', 'StartAutomationExecution', 'GetAutomationExecution']);

/** Scheduler actions that hand over the role which starts the drills. */
const WITH_A_ROLE: ReadonlySet<string> = new Set(['CreateSchedule', 'UpdateSchedule']);

/** The role of one function: its permissions file in the words of IAM, its own log group, its traces. */
export class FunctionRole extends Role {
  constructor(scope: Construct, id: string, props: FunctionRoleProps) {
    super(scope, id, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const { permissions } = props;

    this.allow('Logs', ['logs:CreateLogStream', 'logs:PutLogEvents'], [props.logGroup.logGroupArn]);

    for (const { kind, actions } of byKind(permissions.drs, props.source)) {
      this.allow(`Drs${pascalCase(kind ?? '')}`, prefixed('drs', actions), this.drsResources(kind, props.regions));
    }
    this.allow('Ec2ViaDrs', prefixed('ec2', permissions.ec2ViaDrs), ['*'], {
      'ForAnyValue:StringEquals': { 'aws:CalledVia': 'drs.amazonaws.com' },
    });
    this.allow(
      'PassToEc2',
      permissions.passToEc2.length > 0 ? ['iam:PassRole'] : [],
      permissions.passToEc2.map((role) =>
        this.stack.formatArn({ service: 'iam', region: '', resource: 'role', resourceName: role }),
      ),
      { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
    );

    this.allow('Events', prefixed('events', permissions.events), [
      this.stack.formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' }),
    ]);

    const sendCommand = permissions.ssm.filter((action) => action === 'SendCommand');
    const onDocuments = permissions.ssm.filter((action) => ON_DOCUMENTS.has(action));
    const onAutomations = permissions.ssm.filter((action) => action === 'GetAutomationExecution');
    const startAutomation = permissions.ssm.filter((action) => action === 'StartAutomationExecution');
    const otherSsm = permissions.ssm.filter(
      (action) => !APART.has(action) && !ON_DOCUMENTS.has(action),
    );
    this.allow('Ssm', prefixed('ssm', otherSsm), ['*']);
    // A plan may name any document, of this account, of AWS or shared by others, in each Region.
    this.allow('SsmDocuments', prefixed('ssm', onDocuments), [
      this.stack.formatArn({ service: 'ssm', region: '*', account: '*', resource: 'document', resourceName: '*' }),
    ]);
    this.allow(
      'SsmCommand',
      prefixed('ssm', sendCommand),
      props.regions.flatMap((region) => [
        ...permissions.ssmDocuments.map((document) =>
          // The documents of AWS belong to no account.
          this.stack.formatArn({
            service: 'ssm',
            region,
            account: document.startsWith('AWS-') ? '' : this.stack.account,
            resource: 'document',
            resourceName: document,
          }),
        ),
        this.stack.formatArn({ service: 'ec2', region, resource: 'instance', resourceName: '*' }),
      ]),
    );

    this.allow(
      'SsmAutomations',
      prefixed('ssm', onAutomations),
      props.regions.map((region) =>
        this.stack.formatArn({ service: 'ssm', region, resource: 'automation-execution', resourceName: '*' }),
      ),
    );
    this.allow(
      'PassToSsm',
      permissions.passToSsm.length > 0 ? ['iam:PassRole'] : [],
      permissions.passToSsm.map((role) =>
        this.stack.formatArn({ service: 'iam', region: '', resource: 'role', resourceName: role }),
      ),
      { StringEquals: { 'iam:PassedToService': 'ssm.amazonaws.com' } },
    );
    this.allow(
      'SsmAutomation',
      prefixed('ssm', startAutomation),
      props.regions.flatMap((region) =>
        permissions.ssmAutomations.map((document) =>
          // Of any version.
          this.stack.formatArn({
            service: 'ssm',
            region,
            account: document.startsWith('AWS-') ? '' : this.stack.account,
            resource: 'automation-definition',
            resourceName: `${document}:*`,
          }),
        ),
      ),
    );

    const listing = permissions.scheduler.filter((action) => action === 'ListSchedules');
    const onSchedules = permissions.scheduler.filter((action) => action !== 'ListSchedules');
    this.allow('Schedules', prefixed('scheduler', onSchedules), props.drillSchedules.scheduleArns);
    // Knows no resources.
    this.allow('ListSchedules', prefixed('scheduler', listing), ['*']);
    this.allow(
      'PassToScheduler',
      onSchedules.some((action) => WITH_A_ROLE.has(action)) ? ['iam:PassRole'] : [],
      [props.drillSchedules.role.roleArn],
      { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
    );

    for (const [name, actions] of Object.entries(permissions.tables)) {
      this.allow(`Table${name}`, prefixed('dynamodb', actions), known(props.tableArns, name, 'table', props.source));
    }

    for (const [name, actions] of Object.entries(permissions.buckets)) {
      this.allow(`Bucket${name}`, prefixed('s3', actions), [known(props.objectArns, name, 'bucket', props.source)]);
    }

    for (const [name, actions] of Object.entries(permissions.stateMachines)) {
      const machineArn = known(props.stateMachineArns, name, 'state machine', props.source);
      const onExecutions = actions.filter((action) => ON_EXECUTIONS.has(action));
      const onTokens = actions.filter((action) => ON_TOKENS.has(action));
      const onMachine = actions.filter((action) => !ON_EXECUTIONS.has(action) && !ON_TOKENS.has(action));
      this.allow(`Machine${name}`, prefixed('states', onMachine), [machineArn]);
      this.allow(`Executions${name}`, prefixed('states', onExecutions), [executionsOf(this.stack, machineArn)]);
      this.allow(`Tokens${name}`, prefixed('states', onTokens), ['*']);
    }
  }

  private drsResources(kind: string | undefined, regions: readonly string[]): string[] {
    return kind === undefined
      ? ['*']
      : regions.map((region) => this.stack.formatArn({ service: 'drs', region, resource: kind, resourceName: '*' }));
  }

  private allow(
    name: string,
    actions: string[],
    resources: readonly string[],
    conditions?: Record<string, Record<string, string>>,
  ): void {
    if (actions.length === 0) {
      return;
    }
    const sid = name.replace(/[^A-Za-z0-9]/g, '');
    this.addToPolicy(new PolicyStatement({ sid, effect: Effect.ALLOW, actions, resources: [...resources], ...(conditions && { conditions }) }));
  }
}

/** The pattern that fits every execution of a machine. */
export function executionsOf(stack: Stack, machineArn: string): string {
  const name = stack.splitArn(machineArn, ArnFormat.COLON_RESOURCE_NAME).resourceName;
  return stack.formatArn({ service: 'states', resource: 'execution', resourceName: `${name}:*`, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
}

function prefixed(service: string, actions: readonly string[]): string[] {
  return actions.map((action) => `${service}:${action}`);
}

function known<T>(things: Readonly<Record<string, T>>, name: string, noun: string, source: string): T {
  const thing = things[name];
  if (thing === undefined) {
    throw new Error(`${source}: there is no ${noun} "${name}". Known are ${Object.keys(things).join(', ')}.`);
  }
  return thing;
}
