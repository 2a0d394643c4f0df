import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';

export interface DrillSchedulesProps {
  readonly local: boolean;
  readonly recoveryArn: string;
}

/**
 * Where the schedules of drills are that people make through the API, and the role that starts them. The group has nothing
 * else in it, so that what nobody has stored can be deleted from it, and goes with the stack.
 */
export class DrillSchedules extends Construct {
  readonly groupName: string;
  readonly role: Role;
  /** What a permission for schedules covers. */
  readonly scheduleArns: readonly string[];

  constructor(scope: Construct, id: string, props: DrillSchedulesProps) {
    super(scope, id);
    const stack = Stack.of(this);
    this.groupName = `${stack.stackName}-drills`;
    new CfnScheduleGroup(this, 'Group', { name: this.groupName });
    this.role = new Role(this, 'Role', {
      // From this group only: another schedule of the account cannot be made to use it.
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': stack.account, 'aws:SourceArn': this.arn('schedule-group', this.groupName) } },
      }),
      description: 'Starts drills by schedule.',
    });
    this.role.addToPolicy(new PolicyStatement({ actions: ['states:StartExecution'], resources: [props.recoveryArn] }));
    const ofGroup = this.arn('schedule', `${this.groupName}/*`);
    // The local cloud takes every schedule for one of the group "default" when it checks a permission.
    this.scheduleArns = props.local ? [ofGroup, this.arn('schedule', 'default/*')] : [ofGroup];
  }

  private arn(resource: string, resourceName: string): string {
    return Stack.of(this).formatArn({ service: 'scheduler', resource, resourceName });
  }
}
