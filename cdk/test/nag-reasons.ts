/** What cdk-nag finds and is left as it is, and why. A finding without a reason fails the test, and so does a reason without a finding. */
export interface Reason {
  /** The rule, with what exactly it found behind it in brackets where it says that. */
  readonly rule: RegExp;
  /** The construct, from the stack's name on. */
  readonly where: RegExp;
  readonly reason: string;
}

const DEPLOYMENT = /^drs\/Custom::CDKBucketDeployment/;
const OF_THE_LIBRARY =
  "The function with which the CDK library copies the console's files. It runs during a deployment and never else, and its role and runtime are the library's.";

export const REASONS: readonly Reason[] = [
  { rule: /^AwsSolutions-DDB3$/, where: /^drs\/Tables\/Inventory\//, reason: 'A cache: the next refresh fills it from DRS.' },
  {
    rule: /^AwsSolutions-IAM5\[Resource::/,
    where: /^drs\/(Functions|StateMachines)\//,
    reason: 'Each is listed with its reason in wildcards.ts, and the test beside it lets no other pass.',
  },
  { rule: /^AwsSolutions-(IAM4|IAM5|L1)(\[|$)/, where: DEPLOYMENT, reason: OF_THE_LIBRARY },
  {
    rule: /^AwsSolutions-IAM4\[Policy::.*AmazonAPIGatewayPushToCloudWatchLogs\]$/,
    where: /^drs\/RestApi\/Api\/CloudWatchRole\//,
    reason: 'What API Gateway documents for its logs: the role belongs to the account, so it may serve other APIs of it too.',
  },
  {
    rule: /^AwsSolutions-COG2$/,
    where: /^drs\/Identity\/Users\//,
    reason: 'People may add a second factor, and `-c mfa=true` demands it. Not by default: drsctl cannot ask for one, and in a disaster the command line must not be the thing that is locked.',
  },
  {
    rule: /^AwsSolutions-APIG2$/,
    where: /^drs\/RestApi\/Api\/Resource$/,
    reason: 'One method takes every route, so a validator here would have nothing to check. The function reads bodies into types and refuses unknown fields; the tests in tests/api send it what nobody means well.',
  },
  {
    rule: /^AwsSolutions-APIG3$/,
    where: /^drs\/RestApi\/Api\/DeploymentStage\.prod\//,
    reason: 'An option, `-c waf=true`: it costs money whether anybody comes or not. Without it the stage throttles, and nothing runs without a valid token.',
  },
  { rule: /^AwsSolutions-CFR1$/, where: /^drs\/Console\/Distribution\//, reason: 'In a disaster people sign in from wherever they are.' },
  {
    rule: /^AwsSolutions-CFR2$/,
    where: /^drs\/Console\/Distribution\//,
    reason: 'It would have to be made in us-east-1, whose outage must not reach this stack. The files are public code; the API behind has its own option.',
  },
  {
    rule: /^AwsSolutions-CFR4$/,
    where: /^drs\/Console\/Distribution\//,
    reason: "CloudFront's own host name takes TLS 1.0 from a viewer; only a host name of one's own, with a certificate from us-east-1, can refuse it. Browsers have not spoken it since 2020.",
  },
  {
    rule: /^AwsSolutions-SQS3$/,
    where: /^drs\/(Publishing\/Untold|Notices\/Undelivered)\//,
    reason: 'It is a dead-letter queue: of the stream, and of the rules. cdk-nag knows only those of other queues.',
  },
];
