import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { DrillSchedules } from './drill-schedules.js';
import { FunctionRole } from './function-role.js';
import { pascalCase } from './names.js';
import { readPermissions } from './permissions.js';
import { REPOSITORY, type AssetSource } from './settings.js';
import type { Reports } from './reports.js';
import type { StateMachineName } from './state-machines.js';
import type { Tables } from './tables.js';

interface FunctionShape {
  readonly timeout: Duration;
  readonly memorySize: number;
}

const MINUTE = Duration.minutes(1);

/**
 * One Lambda for each folder of `functions/`. A Rust function needs 20 to 40 MB; more memory buys it more processor,
 * which the ones that read many servers or answer a person use.
 */
export const FUNCTIONS = {
  // Reads every source server, snapshot and recovery instance of the plan, in pages: minutes at some thousand servers.
  'prepare-execution': { timeout: Duration.minutes(15), memorySize: 256 },
  'await-dependencies': { timeout: MINUTE, memorySize: 128 },
  'await-decision': { timeout: MINUTE, memorySize: 128 },
  'reopen-servers': { timeout: MINUTE, memorySize: 128 },
  'run-actions': { timeout: MINUTE, memorySize: 128 },
  // Reads each server of the wave that is to be set, writes and reads it again: minutes at some thousand servers.
  'apply-launch-settings': { timeout: Duration.minutes(15), memorySize: 256 },
  // DRS has been seen to take more than a minute to answer a StartRecovery of 100 servers.
  'start-jobs': { timeout: Duration.minutes(2), memorySize: 128 },
  'check-jobs': { timeout: Duration.minutes(2), memorySize: 128 },
  'start-health-checks': { timeout: Duration.minutes(2), memorySize: 128 },
  'check-health': { timeout: Duration.minutes(2), memorySize: 128 },
  'settle-wave': { timeout: MINUTE, memorySize: 128 },
  'settle-execution': { timeout: Duration.minutes(2), memorySize: 128 },
  // Looks at the jobs of every wave that no machine watches any more.
  'settle-stopped': { timeout: Duration.minutes(5), memorySize: 128 },
  'prepare-cleanup': { timeout: Duration.minutes(2), memorySize: 128 },
  // As start-jobs: a call for 100 instances may take DRS more than a minute.
  'start-terminations': { timeout: Duration.minutes(2), memorySize: 128 },
  'check-terminations': { timeout: Duration.minutes(2), memorySize: 128 },
  'settle-cleanup': { timeout: Duration.minutes(2), memorySize: 128 },
  // Reads every source server and its newest snapshot, of every Region: a minute or two at some thousand servers.
  'refresh-inventory': { timeout: Duration.minutes(15), memorySize: 256 },
  'list-plans': { timeout: MINUTE, memorySize: 128 },
  // As prepare-execution reads.
  'check-readiness': { timeout: Duration.minutes(15), memorySize: 256 },
  // Asks DRS about each drill that stands.
  'sweep-drills': { timeout: Duration.minutes(15), memorySize: 128 },
  'begin-cleanup': { timeout: MINUTE, memorySize: 128 },
  // Asks EventBridge Scheduler about each schedule.
  'check-schedules': { timeout: Duration.minutes(5), memorySize: 128 },
  // Makes a report and writes it three times; of thousands of servers it is tens of megabytes.
  'store-report': { timeout: Duration.minutes(2), memorySize: 512 },
  // A batch of the stream: a transaction, and ten events a call.
  'publish-changes': { timeout: MINUTE, memorySize: 128 },
  'record-drs-event': { timeout: MINUTE, memorySize: 128 },
  // API Gateway gives up after 29 s; an answer after that reaches nobody.
  api: { timeout: Duration.seconds(29), memorySize: 256 },
} as const satisfies Record<string, FunctionShape>;

export type FunctionName = keyof typeof FUNCTIONS;

export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as FunctionName[];

/** Functions that no state machine has a state for: what invokes them is beside each. */
export const OUTSIDE_STATE_MACHINES: readonly FunctionName[] = [
  // API Gateway.
  'api',
  // The stream of ExecutionHistory.
  'publish-changes',
  // A rule for events of DRS.
  'record-drs-event',
];

export interface FunctionsProps {
  readonly assets: AssetSource;
  readonly local: boolean;
  readonly tables: Tables;
  readonly reports: Reports;
  /** The Regions that one recovers into. */
  readonly regions: readonly string[];
  readonly drillSchedules: DrillSchedules;
  /** ARNs by short name (`recovery`, `wave`, …), made from the machines' fixed names. */
  readonly stateMachineArns: Readonly<Record<StateMachineName, string>>;
}

export class Functions extends Construct {
  readonly byName: Readonly<Record<FunctionName, LambdaFunction>>;

  constructor(scope: Construct, id: string, private readonly props: FunctionsProps) {
    super(scope, id);
    if (props.assets.kind === 'none') {
      Annotations.of(this).addWarningV2(
        'orchestrator:not-built',
        'The functions are not built, so this template can be read but not deployed. Run `cargo xtask package` first.',
      );
    }
    this.byName = Object.fromEntries(FUNCTION_NAMES.map((name) => [name, this.create(name)])) as Record<FunctionName, LambdaFunction>;
  }

  private create(name: FunctionName): LambdaFunction {
    const { local, tables, reports, regions, stateMachineArns, drillSchedules } = this.props;
    const id = pascalCase(name);
    const functionName = `${Stack.of(this).stackName}-${name}`;
    const source = join(REPOSITORY, 'functions', name, 'permissions.yaml');

    const logGroup = new LogGroup(this, `${id}Logs`, {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: RetentionDays.ONE_YEAR,
      // A stack that failed to come up takes its empty log groups along, or the next attempt could not create them.
      removalPolicy: local ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const role = new FunctionRole(this, `${id}Role`, {
      permissions: readPermissions(source),
      source,
      logGroup,
      tableArns: tables.arns,
      objectArns: reports.objectArns,
      regions,
      stateMachineArns,
      drillSchedules,
    });

    return new LambdaFunction(this, id, {
      functionName,
      description: `${name}: functions/${name}`,
      ...FUNCTIONS[name],
      runtime: Runtime.PROVIDED_AL2023,
      architecture: local ? Architecture.X86_64 : Architecture.ARM_64,
      handler: 'bootstrap',
      code: this.code(name),
      role,
      logGroup,
      tracing: Tracing.ACTIVE,
      environment: {
        PROTECTION_GROUPS_TABLE: tables.protectionGroups.tableName,
        RECOVERY_PLANS_TABLE: tables.recoveryPlans.tableName,
        EXECUTION_HISTORY_TABLE: tables.executionHistory.tableName,
        AUDIT_LOG_TABLE: tables.auditLog.tableName,
        INVENTORY_TABLE: tables.inventory.tableName,
        DRS_ACCOUNT: Stack.of(this).account,
        DRS_REGIONS: regions.join(','),
        RUST_LOG: 'info',
        ...(name === 'begin-cleanup' && { CLEANUP_STATE_MACHINE_ARN: stateMachineArns.cleanup }),
        ...(name === 'store-report' && { REPORTS_BUCKET: reports.bucket.bucketName }),
        ...(name === 'record-drs-event' && { INVENTORY_STATE_MACHINE_ARN: stateMachineArns.inventory }),
        ...((name === 'api' || name === 'check-schedules') && {
          RECOVERY_STATE_MACHINE_ARN: stateMachineArns.recovery,
          SCHEDULE_GROUP: drillSchedules.groupName,
          SCHEDULE_ROLE_ARN: drillSchedules.role.roleArn,
        }),
        ...(name === 'api' && {
          CLEANUP_STATE_MACHINE_ARN: stateMachineArns.cleanup,
          INVENTORY_STATE_MACHINE_ARN: stateMachineArns.inventory,
          // The router's paths begin after the stage ("/prod").
          AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH: 'true',
        }),
      },
    });
  }

  private code(name: FunctionName): Code {
    const { assets } = this.props;
    if (assets.kind === 'none') {
      // Parameters without a default: CloudFormation refuses to deploy what was never built.
      return Code.fromCfnParameters();
    }
    const zip = join(assets.path, `${name}.zip`);
    if (!existsSync(zip)) {
      throw new Error(`${zip} is missing. Run \`cargo xtask package\`, which builds the functions, and synthesize again.`);
    }
    return Code.fromAsset(zip);
  }
}
