/** Every resource with a `*` that a role of the project may have, for which actions, and why it cannot be said better. */
export interface Wildcard {
  readonly actions: RegExp;
  /** The resource, as the golden files write it. */
  readonly resource: RegExp;
  readonly reason: string;
}

const ofDrs = (kind: string): RegExp => new RegExp(`^arn:aws:drs:eu-west-1:111122223333:${kind}/\\*$`);

export const WILDCARDS: readonly Wildcard[] = [
  {
    actions: /^drs:(Describe(Jobs|RecoveryInstances|SourceServers)|List(RecoveryPlans|TagsForResource))$/,
    resource: /^\*$/,
    reason: 'IAM knows no resource for these reads.',
  },
  {
    actions: /^drs:(StartRecovery|CreateRecoveryInstanceForDrs|DescribeRecoverySnapshots|(Get|Update)LaunchConfiguration)$/,
    resource: ofDrs('source-server'),
    reason: 'A plan may name any server of the Regions that one recovers into.',
  },
  { actions: /^drs:(DescribeJobLogItems|TagResource)$/, resource: ofDrs('job'), reason: 'DRS makes up the ids of jobs.' },
  {
    actions: /^drs:TerminateRecoveryInstances$/,
    resource: ofDrs('recovery-instance'),
    reason: 'EC2 makes up the ids of instances. Which ones a drill launched is recorded, and asked of DRS before each call.',
  },
  { actions: /^drs:(GetRecoveryPlan|ListRecoveryPlanSteps)$/, resource: ofDrs('recovery-plan'), reason: "Any of DRS's own plans may be imported." },
  {
    actions: /^ec2:/,
    resource: /^\*$/,
    reason: 'DRS launches and terminates with the rights of its caller, on resources that do not exist yet. The condition lets nobody but DRS use them.',
  },
  { actions: /^ssm:(DescribeInstanceInformation|ListCommandInvocations)$/, resource: /^\*$/, reason: 'IAM knows no resource for these reads.' },
  {
    actions: /^ssm:DescribeDocument$/,
    resource: /^arn:aws:ssm:\*:\*:document\/\*$/,
    reason: 'Preflight says whether the document exists that a plan names: of any account and Region. It reads no contents.',
  },
  {
    actions: /^ssm:SendCommand$/,
    resource: /^arn:aws:ec2:eu-west-1:111122223333:instance\/\*$/,
    reason: 'Instances are new in each run. The documents are named one by one.',
  },
  { actions: /^ssm:GetAutomationExecution$/, resource: /^arn:aws:ssm:eu-west-1:111122223333:automation-execution\/\*$/, reason: 'SSM makes up the ids.' },
  { actions: /^ssm:StartAutomationExecution$/, resource: /:automation-definition\/Example-SwitchDns:\*$/, reason: 'Any version of a document that is named.' },
  { actions: /^states:SendTask(Success|Failure|Heartbeat)$/, resource: /^\*$/, reason: 'IAM knows no resource: the token says which task is meant.' },
  {
    actions: /^states:(Describe|Stop)Execution$/,
    resource: /^arn:aws:states:eu-west-1:111122223333:execution:drs-(wave|recovery|cleanup):\*$/,
    reason: 'Executions are named when they start.',
  },
  { actions: /^scheduler:ListSchedules$/, resource: /^\*$/, reason: 'IAM knows no resource for it.' },
  {
    actions: /^scheduler:(Create|Delete|Get|Update)Schedule$/,
    resource: /^arn:aws:scheduler:eu-west-1:111122223333:schedule\/drs-drills\/\*$/,
    reason: 'People name schedules. The group has nothing else in it.',
  },
  { actions: /^dynamodb:/, resource: /^\{TablesExecutionHistory\}\/index\/\*$/, reason: "The table's own indexes." },
  { actions: /^dynamodb:ListStreams$/, resource: /^\{TablesExecutionHistory\}\/stream\/\*$/, reason: "The table's own streams, whose names have a time in them." },
  { actions: /^s3:PutObject$/, resource: /^\{ReportsBucket\}\/reports\/\*$/, reason: 'A key has the id of the execution in it.' },
  {
    actions: /^logs:(\w+LogDelivery|ListLogDeliveries|PutResourcePolicy|DescribeResourcePolicies|DescribeLogGroups)$/,
    resource: /^\*$/,
    reason: 'What Step Functions documents for its logs: IAM knows no resource for log deliveries.',
  },
  {
    actions: /^xray:(PutTraceSegments|PutTelemetryRecords|GetSamplingRules|GetSamplingTargets)$/,
    resource: /^\*$/,
    reason: 'IAM knows no resource for traces.',
  },
];
