import { Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, MathExpression, TreatMissingData, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Metrics } from './metrics.js';

export interface AlarmsProps {
  readonly metrics: Metrics;
  /** Who is told. */
  readonly topic: ITopic;
}

/** A CloudWatch alarm looks at no more metrics than this. */
const METRICS_OF_AN_ALARM = 10;

/**
 * What somebody has to look at. The name of an alarm is the heading of its section in docs/OPERATIONS.md, which says what it
 * means and what to do.
 */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, private readonly props: AlarmsProps) {
    super(scope, id);
    const { metrics } = props;
    this.raise('RecoveryFailed', 'recovery-failed', 'An execution ended as failed, refused, cancelled, or could not be settled.', metrics.failed('recovery'), 1);
    this.raise('RecoveryStopped', 'recovery-stopped', 'Somebody stopped an execution in Step Functions, or it timed out.', sum([metrics.aborted('recovery'), metrics.timedOut('recovery')]), 1);
    this.raise('CleanupFailed', 'cleanup-failed', 'A cleanup after a drill failed: instances may stand.', metrics.failed('cleanup'), 1);
    this.raise('StartFailed', 'start-failed', 'An event or a schedule could not start a state machine.', sum([metrics.startsRefused(), metrics.schedulesDropped()]), 1);
    this.raise('DrillsLeftOver', 'drills-left-over', 'Instances of drills stand and cost money.', metrics.leftOverDrills(), 1);
    // A task is tried again after most errors, so a few are no news.
    const errors = metrics.functionErrors();
    const groups = Math.ceil(errors.length / METRICS_OF_AN_ALARM);
    for (let group = 0; group < groups; group += 1) {
      const members = errors.filter((_, position) => position % groups === group);
      this.raise(`FunctionsFailing${group + 1}`, `functions-failing-${group + 1}`, 'Functions fail again and again.', sum(members), 10);
    }
    this.raise('ApiFailing', 'api-failing', 'The REST API answers with errors of its own.', metrics.apiErrors(), 5);
    // A throttled task waits and tries again; this many mean that executions stand still.
    this.raise('DrsThrottles', 'drs-throttles', 'AWS throttles the tasks of executions.', metrics.throttled(), 20);
    this.raise('StreamBehind', 'stream-behind', 'Changes are told minutes late.', metrics.streamAgeMilliseconds(), 300_000);
    this.raise('Untold', 'untold', 'Changes of executions could not be told.', metrics.untold(), 1);
    this.raise('Undelivered', 'undelivered', 'Notices for people did not reach the topic.', metrics.undelivered(), 1);
  }

  private raise(id: string, name: string, meaning: string, metric: IMetric, threshold: number): void {
    new Alarm(this, id, {
      alarmName: `${Stack.of(this).stackName}-${name}`,
      alarmDescription: `${meaning} What to do: docs/OPERATIONS.md, "${name.replace(/-\d+$/, '')}".`,
      metric,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      // Nothing was counted where nothing happened.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(new SnsAction(this.props.topic));
  }
}

/** Metrics added up, each 0 where nothing was counted. */
function sum(metrics: readonly IMetric[]): MathExpression {
  const named = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
  return new MathExpression({
    expression: Object.keys(named).map((name) => `FILL(${name}, 0)`).join(' + '),
    usingMetrics: named,
    period: Duration.minutes(5),
    label: 'sum',
  });
}
