import { RemovalPolicy } from 'aws-cdk-lib';
import { ReadWriteType, Trail as CloudTrailTrail } from 'aws-cdk-lib/aws-cloudtrail';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

/**
 * Who called AWS past this project: management events of the account in this Region, kept in a bucket. Most accounts have a
 * trail already, and a second one costs money, so it is made only when asked for.
 */
export class Trail extends Construct {
  constructor(scope: Construct, id: string, accessLogs: IBucket | undefined) {
    super(scope, id);
    const bucket = new Bucket(this, 'Bucket', {
      versioned: true,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      ...(accessLogs && { serverAccessLogsBucket: accessLogs, serverAccessLogsPrefix: 'trail/' }),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    new CloudTrailTrail(this, 'Trail', {
      bucket,
      isMultiRegionTrail: false,
      includeGlobalServiceEvents: true,
      managementEvents: ReadWriteType.ALL,
      enableFileValidation: true,
    });
  }
}
