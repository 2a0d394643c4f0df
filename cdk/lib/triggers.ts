import { Duration } from 'aws-cdk-lib';
import { Match, Rule, RuleTargetInput, type IEventBus } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

export interface TriggersProps {
  readonly eventBus: IEventBus;
  readonly recovery: IStateMachine;
}

/** What starts a recovery plan without a person at the API: an event, from a schedule or from another system. */
export class Triggers extends Construct {
  /** Whose failures mean that something asked for did not start. */
  readonly startRecoveryPlan: Rule;

  constructor(scope: Construct, id: string, props: TriggersProps) {
    super(scope, id);
    this.startRecoveryPlan = new Rule(this, 'StartRecoveryPlan', {
      eventBus: props.eventBus,
      description: 'Runs the recovery plan that a "Start Recovery Plan" event names.',
      eventPattern: {
        // Only AWS can send from a source that begins with "aws.", and it sends no such event.
        detailType: ['Start Recovery Plan'],
        detail: { planId: Match.exists() },
      },
      targets: [
        new SfnStateMachine(props.recovery, {
          // The whole detail and no template: a field that the event leaves out must stay out, not become "".
          input: RuleTargetInput.fromEventPath('$.detail'),
          // An hour later nobody expects it any more, and the plan may have been run by hand.
          maxEventAge: Duration.minutes(5),
          retryAttempts: 10,
        }),
      ],
    });
  }
}
