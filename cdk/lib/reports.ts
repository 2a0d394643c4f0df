import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership, ObjectLockRetention, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

export interface ReportsProps {
  /** Days for which nobody, the account's owner included, can delete or replace a stored report; 0 for no such time. */
  readonly lockDays: number;
  /** The local cloud's reports go with the stack. */
  readonly disposable: boolean;
  /** Where it is written down who read and wrote them; not on the local cloud. */
  readonly accessLogs: IBucket | undefined;
}

/** The reports of executions, for those who ask years later. */
export class Reports extends Construct {
  readonly bucket: Bucket;
  /** What functions may write, by the name that `permissions.yaml` uses. */
  readonly objectArns: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, props: ReportsProps) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      // A report that is stored again, after a cleanup, hides the one before and does not replace it.
      versioned: true,
      encryption: BucketEncryption.S3_MANAGED,
      // The local cloud speaks plain HTTP, and keeps its word about who may not.
      ...(!props.disposable && { enforceSSL: true, minimumTLSVersion: 1.2 }),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      // A bucket that can lock objects locks none by itself. It is made able to from the first day, so that the time can be
      // set later without another bucket.
      objectLockEnabled: true,
      ...(props.lockDays > 0 && { objectLockDefaultRetention: ObjectLockRetention.compliance(Duration.days(props.lockDays)) }),
      ...(props.accessLogs && { serverAccessLogsBucket: props.accessLogs, serverAccessLogsPrefix: 'reports/' }),
      removalPolicy: props.disposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    this.objectArns = { Reports: this.bucket.arnForObjects('reports/*') };
  }
}
