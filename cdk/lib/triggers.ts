import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { Match, Rule, RuleTargetInput, type EventPattern, type IEventBus } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

export interface TriggersProps {
  readonly eventBus: IEventBus;
  readonly recovery: IStateMachine;
  readonly stopped: IStateMachine;
}

/** What events do: one starts a recovery plan without a person at the API, and Step Functions says what was stopped. */
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

    this.settle(props, 'SettleStopped', 'Ends the execution whose recovery machine was stopped or failed.', {
      source: ['aws.states'],
      detailType: ['Step Functions Execution Status Change'],
      // FAILED is the end of an execution that has not recovered, too: then there is nothing to settle.
      detail: { stateMachineArn: [props.recovery.stateMachineArn], status: ['ABORTED', 'FAILED', 'TIMED_OUT'] },
    });
    // Only where a trail of CloudTrail records management events; without one nobody is named.
    this.settle(props, 'NameStopper', 'Says who stopped the recovery machine of an execution.', {
      source: ['aws.states'],
      detailType: ['AWS API Call via CloudTrail'],
      detail: {
        eventName: ['StopExecution'],
        requestParameters: { executionArn: Match.prefix(executionPrefix(Stack.of(this))) },
      },
    });
  }

  private settle({ eventBus, stopped }: TriggersProps, id: string, description: string, eventPattern: EventPattern): void {
    new Rule(this, id, {
      eventBus,
      description,
      eventPattern,
      targets: [
        new SfnStateMachine(stopped, {
          input: RuleTargetInput.fromEventPath('$.detail'),
          // What does not get through is found by the schedule.
          maxEventAge: Duration.minutes(30),
          retryAttempts: 10,
        }),
      ],
    });
  }
}

/** What the ARN of every execution of the recovery machine begins with. */
function executionPrefix(stack: Stack): string {
  return stack.formatArn({ service: 'states', resource: 'execution', resourceName: `${stack.stackName}-recovery:`, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
}
