import { Duration } from 'aws-cdk-lib';
import type { RestApiBase } from 'aws-cdk-lib/aws-apigateway';
import { Metric, Stats, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IRule } from 'aws-cdk-lib/aws-events';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';

/** The namespace that the functions write to: `NAMESPACE` in crates/task. */
const NAMESPACE = 'DrsOrchestration';
const PERIOD = Duration.minutes(5);

export interface MetricsProps {
  readonly functions: Readonly<Record<string, IFunction>>;
  readonly stateMachines: Readonly<Record<string, StateMachine>>;
  readonly restApi: RestApiBase;
  readonly startRecoveryPlan: IRule;
  readonly publishChanges: IFunction;
  readonly untold: IQueue;
  readonly undelivered: IQueue;
}

/** What is counted, by AWS and by the functions, as the dashboard and the alarms look at it. */
export class Metrics {
  constructor(private readonly props: MetricsProps) {}

  failed(machine: string): IMetric {
    return this.machine(machine).metricFailed({ period: PERIOD, label: `${machine} failed` });
  }

  aborted(machine: string): IMetric {
    return this.machine(machine).metricAborted({ period: PERIOD, label: `${machine} stopped` });
  }

  timedOut(machine: string): IMetric {
    return this.machine(machine).metricTimedOut({ period: PERIOD, label: `${machine} timed out` });
  }

  succeeded(machine: string): IMetric {
    return this.machine(machine).metricSucceeded({ period: PERIOD, label: `${machine} succeeded` });
  }

  /** Events that asked for an execution which EventBridge could not start. */
  startsRefused(): IMetric {
    const dimensionsMap = { RuleName: this.props.startRecoveryPlan.ruleName };
    return new Metric({ namespace: 'AWS/Events', metricName: 'FailedInvocations', dimensionsMap, statistic: Stats.SUM, period: PERIOD });
  }

  /** Schedules that gave up starting what they should. */
  schedulesDropped(): IMetric {
    const dimensionsMap = { ScheduleGroup: 'default' };
    return new Metric({ namespace: 'AWS/Scheduler', metricName: 'InvocationDroppedCount', dimensionsMap, statistic: Stats.SUM, period: PERIOD });
  }

  functionErrors(): IMetric[] {
    return Object.entries(this.props.functions).map(([name, fn]) => fn.metricErrors({ period: PERIOD, label: name }));
  }

  functionThrottles(): IMetric[] {
    return Object.entries(this.props.functions).map(([name, fn]) => fn.metricThrottles({ period: PERIOD, label: name }));
  }

  apiErrors(): IMetric {
    return this.props.restApi.metricServerError({ period: PERIOD, statistic: Stats.SUM, label: 'API errors' });
  }

  streamAgeMilliseconds(): IMetric {
    return this.props.publishChanges.metric('IteratorAge', { period: PERIOD, statistic: Stats.MAXIMUM, label: 'stream age (ms)' });
  }

  untold(): IMetric {
    return this.props.untold.metricApproximateNumberOfMessagesVisible({ period: PERIOD, statistic: Stats.MAXIMUM, label: 'changes not told' });
  }

  undelivered(): IMetric {
    return this.props.undelivered.metricApproximateNumberOfMessagesVisible({ period: PERIOD, statistic: Stats.MAXIMUM, label: 'notices not delivered' });
  }

  throttled(): IMetric {
    return this.own('TasksThrottled', Stats.SUM);
  }

  leftOverDrills(): IMetric {
    return this.own('LeftOverDrills', Stats.MAXIMUM);
  }

  activeExecutions(): IMetric {
    return this.own('ActiveExecutions', Stats.MAXIMUM);
  }

  rtoSeconds(mode: 'DRILL' | 'RECOVERY'): IMetric {
    return this.own('ExecutionRtoSeconds', Stats.MAXIMUM, mode);
  }

  launchSeconds(mode: 'DRILL' | 'RECOVERY'): IMetric {
    return this.own('LaunchSeconds', Stats.p(90), mode);
  }

  servers(what: 'ServersLaunched' | 'ServersFailed', mode: 'DRILL' | 'RECOVERY'): IMetric {
    return this.own(what, Stats.SUM, mode);
  }

  private own(metricName: string, statistic: string, mode?: string): IMetric {
    const label = mode === undefined ? metricName : `${metricName} ${mode}`;
    return new Metric({ namespace: NAMESPACE, metricName, statistic, period: PERIOD, label, ...(mode !== undefined && { dimensionsMap: { Mode: mode } }) });
  }

  private machine(name: string): StateMachine {
    const machine = this.props.stateMachines[name];
    if (machine === undefined) {
      throw new Error(`There is no state machine "${name}". Known are ${Object.keys(this.props.stateMachines).join(', ')}.`);
    }
    return machine;
  }
}
