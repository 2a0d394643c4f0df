import { Duration } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface PublishingProps {
  /** The table of executions, with its stream. */
  readonly executionHistory: ITable;
  readonly publishChanges: IFunction;
}

/** What was written about executions, handed to the function that tells of it. */
export class Publishing extends Construct {
  /** What could not be told: where in the stream it stands, for as long as the stream has it. */
  readonly untold: Queue;

  constructor(scope: Construct, id: string, props: PublishingProps) {
    super(scope, id);
    const { executionHistory, publishChanges } = props;
    const streamArn = executionHistory.tableStreamArn;
    if (streamArn === undefined) {
      throw new Error('ExecutionHistory has no stream: nobody would hear of changes.');
    }
    this.untold = new Queue(this, 'Untold', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    // By hand, since the ready-made grant is for the streams of every table.
    publishChanges.addToRolePolicy(
      new PolicyStatement({
        sid: 'Stream',
        actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
        resources: [streamArn],
      }),
    );
    publishChanges.addToRolePolicy(
      new PolicyStatement({ sid: 'Streams', actions: ['dynamodb:ListStreams'], resources: [`${executionHistory.tableArn}/stream/*`] }),
    );
    new EventSourceMapping(this, 'Changes', {
      target: publishChanges,
      eventSourceArn: streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      // Whatever has a status. Batches, tokens, claims and the entries of timelines, which the function writes, have none.
      filters: [FilterCriteria.filter({ dynamodb: { NewImage: { status: { S: FilterRule.exists() } } } })],
      // A batch that fails is halved until what is wrong stands alone. So one write that cannot be told costs a day's
      // patience of nobody: after ten tries it goes to the queue, and those behind it go on.
      bisectBatchOnError: true,
      retryAttempts: 10,
      onFailure: new SqsDlq(this.untold),
    });
  }
}
