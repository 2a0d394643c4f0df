import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { STATE_MACHINE_NAMES } from '../lib/state-machines.js';
import { policies } from './policies.js';
import { ofType, plainId, STATE_MACHINES, synthesize, text } from './synthesize.js';

const stack = synthesize({ trail: true }, STATE_MACHINES);

/** A condition as text: its operators, keys and values. */
function when(condition: Record<string, Record<string, unknown>> | undefined): string {
  const parts = Object.entries(condition ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, value]) => `${key} ${operator} ${text(value)}`),
  );
  return parts.length === 0 ? '' : ` when ${parts.sort().join(' and ')}`;
}

/** Who may assume each role, and who may invoke each function that is not invoked with a role. */
function trust(): string {
  const roles = ofType(stack, 'AWS::IAM::Role').flatMap(([id, role]) =>
    role.Properties['AssumeRolePolicyDocument'].Statement.map(
      (statement: any) => `${plainId(id)}: ${statement.Principal.Service}${when(statement.Condition)}`,
    ),
  );
  const invoked = ofType(stack, 'AWS::Lambda::Permission').map(
    ([, { Properties }]) => `${text(Properties['FunctionName'])}: ${Properties['Principal']} when aws:SourceArn is ${text(Properties['SourceArn'])}`,
  );
  return `${[...roles.sort(), '', ...invoked.sort()].join('\n')}\n`;
}

describe('trust', () => {
  // To accept a change: npx vitest run -u, and let the difference be reviewed.
  test('is given to exactly these', async () => {
    await expect(trust()).toMatchFileSnapshot('golden/trust.txt');
  });

  test('is asked for over TLS alone, at every bucket, queue and topic', () => {
    const kinds = { 'AWS::S3::Bucket': 'AWS::S3::BucketPolicy', 'AWS::SQS::Queue': 'AWS::SQS::QueuePolicy', 'AWS::SNS::Topic': 'AWS::SNS::TopicPolicy' };
    for (const [kind, policy] of Object.entries(kinds)) {
      const refusing = ofType(stack, policy).filter(([, { Properties }]) =>
        Properties['PolicyDocument'].Statement.some(
          ({ Effect, Condition }: any) => Effect === 'Deny' && Condition?.Bool?.['aws:SecureTransport'] === 'false',
        ),
      );
      expect(ofType(stack, kind).length).toBeGreaterThan(0);
      expect([kind, refusing.length]).toEqual([kind, ofType(stack, kind).length]);
    }
  });
});

describe('the role of a state machine', () => {
  // What it is built from reads the parsed states; this reads the file as text.
  test.each(STATE_MACHINE_NAMES)('%s invokes the functions that its definition names, and no other', (name) => {
    const file = readFileSync(join(STATE_MACHINES, `${name}.asl.yaml`), 'utf8').replace(/^\s*#.*$/gm, '');
    const named = new Set([...file.matchAll(/\$\{(\w+)Function\}/g)].map(([, fn]) => `{Functions${fn}}`));
    const role = `StateMachines${name.charAt(0).toUpperCase()}${name.slice(1)}Role`;
    const granted = policies(stack).get(role)!.filter(({ actions }) => actions.includes('lambda:InvokeFunction'));
    expect(granted.flatMap(({ resources }) => resources).sort()).toEqual([...named].sort());
  });
});

describe('the firewall', () => {
  test('stands before the API where it is asked for, and lets plans through', () => {
    expect(ofType(stack, 'AWS::WAFv2::WebACL')).toEqual([]);
    const guarded = synthesize({ waf: true });
    const [[, acl] = []] = ofType(guarded, 'AWS::WAFv2::WebACL');
    const [[, association] = []] = ofType(guarded, 'AWS::WAFv2::WebACLAssociation');
    expect(text(association!.Properties['ResourceArn'])).toContain('/stages/{RestApiDeploymentStageprod}');
    const rules = acl!.Properties['Rules'].map(({ Name, Statement }: any) => [Name, Statement.ManagedRuleGroupStatement.RuleActionOverrides?.map((rule: any) => rule.Name)]);
    expect(rules).toEqual([
      ['AWSManagedRulesAmazonIpReputationList', []],
      ['AWSManagedRulesKnownBadInputsRuleSet', []],
      ['AWSManagedRulesCommonRuleSet', ['CrossSiteScripting_BODY', 'GenericLFI_BODY', 'GenericRFI_BODY', 'EC2MetaDataSSRF_BODY', 'SizeRestrictions_BODY']],
    ]);
  });
});
