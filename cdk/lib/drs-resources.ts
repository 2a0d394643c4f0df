/**
 * What IAM lets one name as the resource of a DRS action, as the service authorization reference for `drs` lists it. A kind
 * stands for `arn:…:drs:<Region>:<account>:<kind>/*`; undefined means that the action knows no resources.
 *
 * Which servers of a Region a function may touch cannot be said here: a plan may name any. Their Region and account can.
 */
const KINDS: Readonly<Record<string, string | undefined>> = {
  CreateRecoveryInstanceForDrs: 'source-server',
  DescribeJobLogItems: 'job',
  DescribeJobs: undefined,
  DescribeRecoveryInstances: undefined,
  DescribeRecoverySnapshots: 'source-server',
  DescribeSourceServers: undefined,
  GetLaunchConfiguration: 'source-server',
  GetRecoveryPlan: 'recovery-plan',
  ListRecoveryPlanSteps: 'recovery-plan',
  ListTagsForResource: undefined,
  StartRecovery: 'source-server',
  TagResource: 'job',
  TerminateRecoveryInstances: 'recovery-instance',
  UpdateLaunchConfiguration: 'source-server',
};

/** The actions that act on one kind of resource, or on none that IAM knows. */
export interface OnKind {
  readonly kind: string | undefined;
  readonly actions: readonly string[];
}

/** Sorts actions by what they act on. `source` is the file that asks for them, for messages. */
export function byKind(actions: readonly string[], source: string): OnKind[] {
  const unknown = actions.filter((action) => !(action in KINDS));
  if (unknown.length > 0) {
    throw new Error(`${source}: cdk/lib/drs-resources.ts does not say what drs:${unknown.join(', drs:')} acts on. Add it, from the service authorization reference.`);
  }
  const kinds = [...new Set(actions.map((action) => KINDS[action]))];
  return kinds.map((kind) => ({ kind, actions: actions.filter((action) => KINDS[action] === kind) }));
}
