import { describe, expect, test } from 'vitest';
import { parsePermissions } from '../lib/permissions.js';

const parse = (yaml: string) => parsePermissions(yaml, 'permissions.yaml');

describe('a permissions file', () => {
  test('may be empty', () => {
    expect(parse('# nothing\n')).toEqual({
      drs: [],
      ec2ViaDrs: [],
      passToEc2: [],
      passToSsm: [],
      events: [],
      ssm: [],
      scheduler: [],
      ssmDocuments: [],
      ssmAutomations: [],
      tables: {},
      buckets: {},
      stateMachines: {},
    });
  });

  test('is read as it is written', () => {
    const permissions = parse(`
      drs: [DescribeJobs]
      ssm: [SendCommand]
      ssmDocuments: [AWS-RunShellScript]
      tables:
        ExecutionHistory: [GetItem, Query]
      stateMachines:
        wave: [SendTaskSuccess]
    `);
    expect(permissions).toMatchObject({
      drs: ['DescribeJobs'],
      ssm: ['SendCommand'],
      ssmDocuments: ['AWS-RunShellScript'],
      tables: { ExecutionHistory: ['GetItem', 'Query'] },
      stateMachines: { wave: ['SendTaskSuccess'] },
    });
  });

  test.each([
    ['an unknown key', 's3: [GetObject]', /unknown key s3/],
    ['a wildcard', 'drs: ["*"]', /Wildcards are not allowed/],
    ['a prefix wildcard', 'drs: [Describe*]', /Wildcards are not allowed/],
    ['a wildcard for a table', 'tables: {ExecutionHistory: ["*"]}', /tables\.ExecutionHistory has "\*"/],
    ['a service prefix', 'drs: ["drs:DescribeJobs"]', /is no name/],
    ['a scalar instead of a list', 'drs: DescribeJobs', /drs is a list/],
    ['a list instead of a map', 'tables: [GetItem]', /tables is a map/],
    ['a repeated action', 'drs: [DescribeJobs, DescribeJobs]', /DescribeJobs twice/],
    ['a command without its documents', 'ssm: [SendCommand]', /belong together/],
    ['documents without the command', 'ssmDocuments: [AWS-RunShellScript]', /belong together/],
    ['an automation without its documents', 'ssm: [StartAutomationExecution]', /belong together/],
    ['automation documents without the action', 'ssmAutomations: [Example-SwitchDns]', /belong together/],
    ['something else than a map', '- drs', /is a map/],
  ])('is refused with %s', (_, yaml, message) => {
    expect(() => parse(yaml)).toThrow(message);
  });
});
