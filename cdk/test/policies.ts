import { ofType, plainId, text, type Synthesized } from './synthesize.js';

export interface Statement {
  readonly actions: string[];
  readonly resources: string[];
  readonly condition: unknown;
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

/** What every role in the template may do, by the plain id of the role. Managed policies are listed as actions. */
export function policies(synthesized: Synthesized): Map<string, Statement[]> {
  const byRole = new Map<string, Statement[]>();
  for (const [id, role] of ofType(synthesized, 'AWS::IAM::Role')) {
    const managed = (role.Properties['ManagedPolicyArns'] ?? []) as unknown[];
    byRole.set(
      plainId(id),
      managed.map((arn) => ({ actions: [`managed policy ${text(arn)}`], resources: [], condition: undefined })),
    );
    for (const policy of role.Properties['Policies'] ?? []) {
      byRole.get(plainId(id))!.push(...statements(policy.PolicyDocument));
    }
  }
  for (const [, policy] of ofType(synthesized, 'AWS::IAM::Policy')) {
    for (const role of policy.Properties['Roles']) {
      byRole.get(plainId(role.Ref))!.push(...statements(policy.Properties['PolicyDocument']));
    }
  }
  return byRole;
}

function statements(document: { Statement: Array<Record<string, unknown>> }): Statement[] {
  return document.Statement.map((statement) => ({
    actions: list(statement['Action']) as string[],
    resources: list(statement['Resource']).map(text),
    condition: statement['Condition'],
  }));
}

/** The policies as text that a person can review: one block for a role, one line for an action, where, and when. */
export function describePolicies(byRole: Map<string, Statement[]>, roles: string[]): string {
  return roles
    .sort()
    .map((role) => {
      const lines = (byRole.get(role) ?? []).flatMap(({ actions, resources, condition }) =>
        actions.map((action) => {
          const when = condition === undefined ? '' : ` when ${JSON.stringify(condition)}`;
          return `  ${action} on ${resources.join(', ')}${when}`;
        }),
      );
      return [role, ...lines.sort()].join('\n');
    })
    .join('\n\n')
    .concat('\n');
}
