import { join } from 'node:path';
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { AccessLogs } from './access-logs.js';
import { Alarms } from './alarms.js';
import { Console } from './console.js';
import { Dashboard } from './dashboard.js';
import { DrillSchedules } from './drill-schedules.js';
import { DrsEvents } from './drs-events.js';
import { Functions } from './functions.js';
import { Identity } from './identity.js';
import { Metrics } from './metrics.js';
import { Notices } from './notices.js';
import { Publishing } from './publishing.js';
import { Reports } from './reports.js';
import { RestApi } from './rest-api.js';
import { Schedules } from './schedules.js';
import { REPOSITORY, type Settings } from './settings.js';
import { STATE_MACHINE_NAMES, StateMachines, stateMachineArn, type StateMachineName } from './state-machines.js';
import { Tables } from './tables.js';
import { Trail } from './trail.js';
import { Triggers } from './triggers.js';
import { waitTimes } from './wait-times.js';

export interface OrchestratorStackProps extends StackProps {
  readonly settings: Settings;
  /** The folder of the state machine definitions; tests put their own here. */
  readonly definitions?: string;
}

/** Everything, in the Region that one recovers into: an outage of the source Region must not reach it. */
export class OrchestratorStack extends Stack {
  constructor(scope: Construct, id: string, props: OrchestratorStackProps) {
    super(scope, id, props);
    const { local, localEndpoint, assets, scale, noticeEmails, reportLockDays, trail, waf, requireMfa } = props.settings;
    const { inventoryMinutes, readinessMinutes, sweepMinutes, leftOverHours } = props.settings;
    // The functions always count their own.
    const regions = [...new Set([this.region, ...props.settings.regions])];

    const tables = new Tables(this, 'Tables', { disposable: local });
    // The local cloud logs no access to buckets.
    const accessLogs = local ? undefined : new AccessLogs(this, 'AccessLogs').bucket;
    const reports = new Reports(this, 'Reports', { lockDays: reportLockDays, disposable: local, accessLogs });
    const drillSchedules = new DrillSchedules(this, 'DrillSchedules', { local, recoveryArn: stateMachineArn(this, 'recovery') });
    const functions = new Functions(this, 'Functions', {
      assets,
      local,
      tables,
      reports,
      regions,
      drillSchedules,
      stateMachineArns: Object.fromEntries(
        STATE_MACHINE_NAMES.map((name) => [name, stateMachineArn(this, name)]),
      ) as Record<StateMachineName, string>,
    });
    const eventBus = EventBus.fromEventBusName(this, 'EventBus', 'default');
    const { api: apiFunction, 'publish-changes': publishChanges, 'record-drs-event': recordDrsEvent, ...tasks } = functions.byName;
    const stateMachines = new StateMachines(this, 'StateMachines', {
      definitions: props.definitions ?? join(REPOSITORY, 'statemachine'),
      functions: tasks,
      eventBus,
      waitTimes: waitTimes({ local, scale }),
      local,
    });
    const { recovery, wave, cleanup, stopped, inventory, readiness, sweep } = stateMachines.byName;
    const identity = new Identity(this, 'Identity', { disposable: local, requireMfa });
    const api = new RestApi(this, 'RestApi', { handler: apiFunction, userPool: identity.userPool, local, localEndpoint, waf });
    const webConsole =
      props.settings.console === undefined || accessLogs === undefined
        ? undefined
        : new Console(this, 'Console', { dist: props.settings.console, userPool: identity.userPool, apiUrl: api.url, accessLogs });
    const consoleUrl = props.settings.consoleUrl || (webConsole?.url ?? '');
    const triggers = new Triggers(this, 'Triggers', { eventBus, recovery, stopped });
    const publishing = new Publishing(this, 'Publishing', { executionHistory: tables.executionHistory, publishChanges });
    new DrsEvents(this, 'DrsEvents', { eventBus, recordDrsEvent });
    const notices = new Notices(this, 'Notices', { eventBus, consoleUrl, emails: noticeEmails, local });
    const metrics = new Metrics({
      functions: functions.byName,
      stateMachines: stateMachines.byName,
      restApi: api.api,
      startRecoveryPlan: triggers.startRecoveryPlan,
      publishChanges,
      untold: publishing.untold,
      undelivered: notices.undelivered,
    });
    new Dashboard(this, 'Dashboard', { metrics });
    if (!local) {
      // The local cloud knows no alarm over more than one metric, and has nobody to call.
      new Alarms(this, 'Alarms', { metrics, topic: notices.topic });
    }
    if (trail) {
      new Trail(this, 'Trail', accessLogs);
    }
    new Schedules(this, 'Schedules', { stopped, inventory, inventoryMinutes, readiness, readinessMinutes, sweep, sweepMinutes, leftOverHours });

    const outputs: Record<string, string> = {
      ApiUrl: api.url,
      UserPoolId: identity.userPool.userPoolId,
      UserPoolClientId: identity.client.userPoolClientId,
      RecoveryStateMachineArn: recovery.stateMachineArn,
      WaveStateMachineArn: wave.stateMachineArn,
      CleanupStateMachineArn: cleanup.stateMachineArn,
      StoppedStateMachineArn: stopped.stateMachineArn,
      InventoryStateMachineArn: inventory.stateMachineArn,
      ReadinessStateMachineArn: readiness.stateMachineArn,
      SweepStateMachineArn: sweep.stateMachineArn,
      ProtectionGroupsTable: tables.protectionGroups.tableName,
      RecoveryPlansTable: tables.recoveryPlans.tableName,
      ExecutionHistoryTable: tables.executionHistory.tableName,
      AuditLogTable: tables.auditLog.tableName,
      InventoryTable: tables.inventory.tableName,
      ReportsBucket: reports.bucket.bucketName,
      NoticeTopicArn: notices.topic.topicArn,
    };
    for (const [name, value] of Object.entries(outputs)) {
      new CfnOutput(this, name, { value });
    }
  }
}
