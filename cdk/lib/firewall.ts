import { Stack } from 'aws-cdk-lib';
import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';

/**
 * Rules of AWS's common set that look into bodies. They only count: a plan has addresses of health checks and shell commands
 * in it, and one of a thousand servers is longer than 8 KB. The API reads bodies strictly, into types.
 */
const COUNTED = ['CrossSiteScripting_BODY', 'GenericLFI_BODY', 'GenericRFI_BODY', 'EC2MetaDataSSRF_BODY', 'SizeRestrictions_BODY'];

const MANAGED: ReadonlyArray<{ readonly name: string; readonly counted: readonly string[] }> = [
  { name: 'AWSManagedRulesAmazonIpReputationList', counted: [] },
  { name: 'AWSManagedRulesKnownBadInputsRuleSet', counted: [] },
  { name: 'AWSManagedRulesCommonRuleSet', counted: COUNTED },
];

/** AWS WAF before the REST API: what is known to be hostile does not reach it, signed in or not. */
export class Firewall extends Construct {
  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id);
    const visible = (metricName: string) => ({ cloudWatchMetricsEnabled: true, metricName, sampledRequestsEnabled: true });
    const acl = new CfnWebACL(this, 'WebAcl', {
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visible(Stack.of(this).stackName),
      rules: MANAGED.map(({ name, counted }, priority) => ({
        name,
        priority,
        overrideAction: { none: {} },
        statement: {
          managedRuleGroupStatement: {
            vendorName: 'AWS',
            name,
            ruleActionOverrides: counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
          },
        },
        visibilityConfig: visible(name),
      })),
    });
    new CfnWebACLAssociation(this, 'OfTheApi', { resourceArn: stage.stageArn, webAclArn: acl.attrArn });
  }
}
