import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { EventField, Match, Rule, RuleTargetInput, type EventPattern, type IEventBus } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface NoticesProps {
  readonly eventBus: IEventBus;
  /** Where people find the web console; empty for no link. */
  readonly consoleUrl: string;
  readonly emails: readonly string[];
  readonly local: boolean;
}

const SOURCE = ['drs-orchestration'];

/**
 * What people are told who did not ask: a topic, to which one subscribes by e-mail or with a chat. A notice says what
 * happened and where to look. Nothing in it lets anybody do anything: whoever follows the link signs in.
 */
export class Notices extends Construct {
  readonly topic: Topic;
  /** Notices that the topic did not take. */
  readonly undelivered: Queue;

  constructor(scope: Construct, id: string, private readonly props: NoticesProps) {
    super(scope, id);
    const key = new Key(this, 'Key', {
      description: 'Notices about executions, on their way to people.',
      enableKeyRotation: true,
      removalPolicy: props.local ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    this.topic = new Topic(this, 'Topic', { displayName: 'DRS orchestrator', masterKey: key, enforceSSL: true });
    // Whoever publishes to the topic encrypts with its key: rules, and the alarms.
    for (const service of ['events.amazonaws.com', 'cloudwatch.amazonaws.com']) {
      key.grantEncryptDecrypt(new ServicePrincipal(service));
    }
    this.topic.grantPublish(new ServicePrincipal('cloudwatch.amazonaws.com'));
    for (const email of props.emails) {
      this.topic.addSubscription(new EmailSubscription(email));
    }
    this.undelivered = new Queue(this, 'Undelivered', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });

    const field = (name: string): string => EventField.fromPath(`$.detail.${name}`);
    // publish-changes has written a sentence for the changes that a person has to know of, and for no others.
    this.tell('Change', 'What an execution has come to, and what it waits for.', {
      detailType: ['Execution Status Changed', 'Wave Status Changed'],
      detail: { notice: Match.exists() },
    }, field('notice'), `Execution ${field('executionId')}`, this.link(`/executions/${field('executionId')}`));
    this.tell('Unsettled', 'An execution whose end nobody could record.', {
      detailType: ['Execution Ended'],
      detail: { status: ['UNSETTLED'] },
    }, `The end of the ${field('mode')} of ${field('planId')} could not be recorded: its claims may still be held.`, `Execution ${field('executionId')}`, this.link(`/executions/${field('executionId')}`));
    this.tell('LeftOver', 'Drills whose instances nobody has cleaned up.', {
      detailType: ['Drill Left Over'],
    }, `Instances of a drill of ${field('planId')} still stand and cost money. Clean up when nobody needs them.`, `Execution ${field('executionId')}`, this.link(`/executions/${field('executionId')}`));
    this.tell('Readiness', 'Plans that have become more or less ready.', {
      detailType: ['Recovery Plan Readiness Changed'],
    }, `Recovery plan ${field('planId')} is ${field('verdict')}: a look at it found other things than the one before.`, this.link(`/plans/${field('planId')}`));
  }

  private link(path: string): string | undefined {
    return this.props.consoleUrl === '' ? undefined : `${this.props.consoleUrl}${path}`;
  }

  private tell(id: string, description: string, pattern: EventPattern, ...lines: Array<string | undefined>): void {
    const text = lines.filter((line) => line !== undefined).join('\n');
    new Rule(this, id, {
      eventBus: this.props.eventBus,
      description: `Tells people: ${description}`,
      eventPattern: { source: SOURCE, ...pattern },
      targets: [
        new SnsTopic(this.topic, {
          message: RuleTargetInput.fromMultilineText(text),
          deadLetterQueue: this.undelivered,
          // What is older is in the timeline, and old news calls nobody to the keyboard.
          maxEventAge: Duration.hours(1),
          retryAttempts: 50,
        }),
      ],
    });
  }
}
