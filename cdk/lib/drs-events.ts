import { Duration } from 'aws-cdk-lib';
import { Rule, type IEventBus } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

export interface DrsEventsProps {
  readonly eventBus: IEventBus;
  readonly recordDrsEvent: IFunction;
}

/** What DRS says by itself about source servers. It sends these as best it can, so nothing is decided by them. */
export class DrsEvents extends Construct {
  constructor(scope: Construct, id: string, props: DrsEventsProps) {
    super(scope, id);
    new Rule(this, 'SourceServers', {
      eventBus: props.eventBus,
      description: 'Takes down what DRS says of launches and of stalled replication.',
      eventPattern: {
        source: ['aws.drs'],
        detailType: ['DRS Source Server Launch Result', 'DRS Source Server Data Replication Stalled Change'],
      },
      targets: [new LambdaFunction(props.recordDrsEvent, { maxEventAge: Duration.hours(1), retryAttempts: 10 })],
    });
  }
}
