import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AccountRecovery, CfnUserPoolGroup, FeaturePlan, Mfa, StandardThreatProtectionMode, UserPool, UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';

/** The groups that a person can be in. What each may do is decided in one place, the API's role table. */
export const GROUPS = {
  'dr-admin': 'May do everything, including changes to who is protected and how.',
  'dr-planner': 'Makes and changes protection groups and recovery plans.',
  'dr-operator': 'Runs drills and cleans up after them.',
  'dr-recoverer': 'Starts real recoveries.',
  'dr-approver': 'Approves or refuses a wave that waits for a decision.',
  'dr-auditor': 'Reads everything and changes nothing.',
} as const;

export interface IdentityProps {
  /** The local cloud's users go with the stack. */
  readonly disposable: boolean;
  /** Whether nobody signs in without a second factor. */
  readonly requireMfa: boolean;
}

/** Who people are: they sign in here and carry their groups in the token. */
export class Identity extends Construct {
  readonly userPool: UserPool;
  readonly client: UserPoolClient;

  constructor(scope: Construct, id: string, props: IdentityProps) {
    super(scope, id);
    this.userPool = new UserPool(this, 'Users', {
      // An administrator adds people; nobody can add himself.
      selfSignUpEnabled: false,
      signInAliases: { username: true, email: true },
      mfa: props.requireMfa ? Mfa.REQUIRED : Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: { minLength: 12, requireLowercase: true, requireUppercase: true, requireDigits: true, requireSymbols: true },
      // Writes down what is odd about a sign-in and refuses none: in a disaster people sign in from odd places.
      ...(!props.disposable && { featurePlan: FeaturePlan.PLUS, standardThreatProtectionMode: StandardThreatProtectionMode.AUDIT_ONLY }),
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      deletionProtection: !props.disposable,
      removalPolicy: props.disposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    this.client = this.userPool.addClient('Client', {
      // SRP for the web console, the password flow for the command line.
      authFlows: { userSrp: true, userPassword: true },
      disableOAuth: true,
      generateSecret: false,
      preventUserExistenceErrors: true,
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      // A working day, so that nobody has to sign in again in the middle of a recovery.
      refreshTokenValidity: Duration.hours(12),
    });
    for (const [groupName, description] of Object.entries(GROUPS)) {
      new CfnUserPoolGroup(this, groupName, { userPoolId: this.userPool.userPoolId, groupName, description });
    }
  }
}
