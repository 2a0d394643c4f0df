import { Duration } from 'aws-cdk-lib';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

/** How often executions are looked for whose machine runs no more: an event that got lost costs no more than that. */
const STOPPED_MINUTES = 5;

export interface SchedulesProps {
  readonly stopped: IStateMachine;
  readonly inventory: IStateMachine;
  readonly inventoryMinutes: number;
  readonly readiness: IStateMachine;
  readonly readinessMinutes: number;
  readonly sweep: IStateMachine;
  readonly sweepMinutes: number;
  readonly leftOverHours: number;
}

/** What runs by itself, whether somebody looks or not: reading the source servers, looking at the plans and after drills, and ending what was stopped. */
export class Schedules extends Construct {
  constructor(scope: Construct, id: string, props: SchedulesProps) {
    super(scope, id);
    this.every(STOPPED_MINUTES, 'SettleStopped', props.stopped, 'Ends executions whose state machine was stopped, failed or never began.');
    this.every(props.inventoryMinutes, 'RefreshInventory', props.inventory, 'Reads all source servers from DRS.');
    this.every(props.readinessMinutes, 'CheckReadiness', props.readiness, 'Looks at every recovery plan as preflight of a drill would.');
    this.every(props.sweepMinutes, 'Sweep', props.sweep, 'Cleans up after drills whose time has come.', { leftOverHours: props.leftOverHours });
  }

  private every(minutes: number, id: string, machine: IStateMachine, description: string, input: Record<string, unknown> = {}): void {
    new Schedule(this, id, {
      description,
      schedule: ScheduleExpression.rate(Duration.minutes(minutes)),
      target: new StepFunctionsStartExecution(machine, {
        input: ScheduleTargetInput.fromObject(input),
        // One that is late runs into the next one, which does the same.
        maxEventAge: Duration.minutes(Math.max(1, Math.floor(minutes / 2))),
        retryAttempts: 5,
      }),
    });
  }
}
