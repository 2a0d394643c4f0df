import { Stack } from 'aws-cdk-lib';
import { Dashboard as CloudWatchDashboard, GraphWidget, SingleValueWidget, type IMetric, type IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Metrics } from './metrics.js';

export interface DashboardProps {
  readonly metrics: Metrics;
}

const MODES = ['DRILL', 'RECOVERY'] as const;

/** One page for whoever is called at night: what runs, how it goes, and what stands in the way. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    const { metrics } = props;
    const graph = (title: string, left: readonly IMetric[]): IWidget => new GraphWidget({ title, left: [...left], width: 12, height: 6 });
    new CloudWatchDashboard(this, 'Page', {
      dashboardName: Stack.of(this).stackName,
      widgets: [
        [
          new SingleValueWidget({ title: 'Executions that run', metrics: [metrics.activeExecutions()], width: 6, height: 4 }),
          new SingleValueWidget({ title: 'Drills left over', metrics: [metrics.leftOverDrills()], width: 6, height: 4 }),
          new SingleValueWidget({ title: 'Recovery time reached (s)', metrics: MODES.map((mode) => metrics.rtoSeconds(mode)), width: 12, height: 4 }),
        ],
        [
          graph('Executions', [metrics.succeeded('recovery'), metrics.failed('recovery'), metrics.aborted('recovery'), metrics.timedOut('recovery')]),
          graph('Recovery time (s)', MODES.map((mode) => metrics.rtoSeconds(mode))),
        ],
        [
          graph('Servers', MODES.flatMap((mode) => [metrics.servers('ServersLaunched', mode), metrics.servers('ServersFailed', mode)])),
          graph('Launch by DRS, 9 of 10 (s)', MODES.map((mode) => metrics.launchSeconds(mode))),
        ],
        [graph('Errors of functions', metrics.functionErrors()), graph('Throttles', [metrics.throttled(), ...metrics.functionThrottles()])],
        [
          graph('Telling of changes', [metrics.streamAgeMilliseconds(), metrics.untold(), metrics.undelivered()]),
          graph('Errors of the API, and starts that failed', [metrics.apiErrors(), metrics.startsRefused(), metrics.schedulesDropped()]),
        ],
      ],
    });
  }
}
