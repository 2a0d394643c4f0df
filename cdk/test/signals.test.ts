import { describe, expect, test } from 'vitest';
import { ofType, plainId, synthesize, type Synthesized } from './synthesize.js';

const stack = synthesize();
const rules = (synthesized: Synthesized) => Object.fromEntries(ofType(synthesized, 'AWS::Events::Rule').map(([id, rule]) => [plainId(id), rule.Properties]));

describe('what is written about executions', () => {
  const [[, mapping] = []] = ofType(stack, 'AWS::Lambda::EventSourceMapping');

  test('reaches the function that tells of it, as it was before and after', () => {
    const [, table] = ofType(stack, 'AWS::DynamoDB::Table').find(([id]) => plainId(id) === 'TablesExecutionHistory')!;
    expect(table.Properties['StreamSpecification']).toEqual({ StreamViewType: 'NEW_AND_OLD_IMAGES' });
    expect(plainId(mapping!.Properties['FunctionName'].Ref)).toBe('FunctionsPublishChanges');
    expect(mapping!.Properties['EventSourceArn']['Fn::GetAtt'][1]).toBe('StreamArn');
    // From the first write on: nothing is told only from some deployment on.
    expect(mapping!.Properties['StartingPosition']).toBe('TRIM_HORIZON');
  });

  test('does not come back: entries of timelines have no status', () => {
    const patterns = mapping!.Properties['FilterCriteria'].Filters.map((filter: { Pattern: string }) => JSON.parse(filter.Pattern));
    expect(patterns).toEqual([{ dynamodb: { NewImage: { status: { S: [{ exists: true }] } } } }]);
  });

  test('does not get stuck behind what cannot be told, and does not lose it', () => {
    expect(mapping!.Properties).toMatchObject({ BisectBatchOnFunctionError: true, MaximumRetryAttempts: 10 });
    expect(plainId(mapping!.Properties['DestinationConfig'].OnFailure.Destination['Fn::GetAtt'][0])).toBe('PublishingUntold');
  });
});

describe('events of DRS', () => {
  test('are taken down when they are about source servers', () => {
    const rule = rules(stack)['DrsEventsSourceServers']!;
    expect(rule['EventPattern']).toEqual({
      source: ['aws.drs'],
      'detail-type': ['DRS Source Server Launch Result', 'DRS Source Server Data Replication Stalled Change'],
    });
    expect(plainId(rule['Targets'][0].Arn['Fn::GetAtt'][0])).toBe('FunctionsRecordDrsEvent');
  });
});

describe('notices', () => {
  const notices = (synthesized: Synthesized) => Object.entries(rules(synthesized)).filter(([id]) => id.startsWith('Notices'));
  const templates = (synthesized: Synthesized) => notices(synthesized).map(([, rule]) => rule['Targets'][0].InputTransformer as { InputTemplate: string; InputPathsMap: Record<string, string> });

  test('are told of changes that name one, of what could not be recorded, of what stands, and of readiness', () => {
    expect(Object.fromEntries(notices(stack).map(([id, rule]) => [id, rule['EventPattern']['detail-type']]))).toEqual({
      NoticesChange: ['Execution Status Changed', 'Wave Status Changed'],
      NoticesUnsettled: ['Execution Ended'],
      NoticesLeftOver: ['Drill Left Over'],
      NoticesReadiness: ['Recovery Plan Readiness Changed'],
    });
    for (const [, rule] of notices(stack)) {
      expect(rule['EventPattern'].source).toEqual(['drs-orchestration']);
    }
    expect(rules(stack)['NoticesChange']!['EventPattern'].detail).toEqual({ notice: [{ exists: true }] });
  });

  test('say nothing that lets anybody do anything', () => {
    for (const { InputPathsMap } of templates(stack)) {
      expect(Object.values(InputPathsMap).filter((path) => !/^\$\.detail\.(notice|executionId|planId|mode|verdict)$/.test(path))).toEqual([]);
    }
  });

  test('have a link to the console where there is one', () => {
    expect(templates(stack).some(({ InputTemplate }) => InputTemplate.includes('http'))).toBe(false);
    for (const { InputTemplate } of templates(synthesize({ consoleUrl: 'https://dr.example.com' }))) {
      expect(InputTemplate).toMatch(/"https:\/\/dr\.example\.com\/(executions|plans)\/<[\w-]+>"$/);
    }
  });

  test('go by e-mail to whom the settings name, encrypted on their way', () => {
    expect(ofType(stack, 'AWS::SNS::Subscription')).toEqual([]);
    const told = ofType(synthesize({ noticeEmails: ['a@example.com', 'b@example.com'] }), 'AWS::SNS::Subscription');
    expect(told.map(([, one]) => [one.Properties['Protocol'], one.Properties['Endpoint']])).toEqual([
      ['email', 'a@example.com'],
      ['email', 'b@example.com'],
    ]);
    const [[, topic] = []] = ofType(stack, 'AWS::SNS::Topic');
    expect(topic!.Properties['KmsMasterKeyId']).toBeDefined();
    // The topic refuses who comes without TLS, and its key serves rules and alarms.
    const key = JSON.stringify(ofType(stack, 'AWS::KMS::Key')[0]![1].Properties['KeyPolicy']);
    expect(key).toContain('events.amazonaws.com');
    expect(key).toContain('cloudwatch.amazonaws.com');
  });
});

describe('stored reports', () => {
  const bucket = (synthesized: Synthesized) => ofType(synthesized, 'AWS::S3::Bucket').find(([id]) => plainId(id) === 'ReportsBucket')![1];

  test('are kept in every version, by nobody but the account, and after the stack is gone', () => {
    expect(bucket(stack).Properties).toMatchObject({
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
      ObjectLockEnabled: true,
    });
    expect(bucket(stack).DeletionPolicy).toBe('Retain');
    const policies = JSON.stringify(ofType(stack, 'AWS::S3::BucketPolicy').map(([, policy]) => policy.Properties));
    expect(policies).toContain('"aws:SecureTransport":"false"');
  });

  test('are locked for as long as the settings say, which is not at all', () => {
    expect(bucket(stack).Properties['ObjectLockConfiguration']?.Rule).toBeUndefined();
    expect(bucket(synthesize({ reportLockDays: 2555 })).Properties['ObjectLockConfiguration']).toEqual({
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 2555 } },
    });
  });
});
