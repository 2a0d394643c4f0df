import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FUNCTION_NAMES } from '../lib/functions.js';
import { pascalCase } from '../lib/names.js';
import { REPOSITORY } from '../lib/settings.js';
import { ofType, synthesize } from './synthesize.js';

const stack = synthesize();
const functions = ofType(stack, 'AWS::Lambda::Function');
const named = (name: string) => functions.find(([, fn]) => fn.Properties['FunctionName'] === `drs-${name}`)![1].Properties;

describe('functions', () => {
  test('are the folders of functions/', () => {
    const folders = readdirSync(join(REPOSITORY, 'functions'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect([...FUNCTION_NAMES].sort()).toEqual(folders.map((folder) => folder.name).sort());
    expect(functions.map(([id]) => id.replace(/[0-9A-F]{8}$/, '')).sort()).toEqual(FUNCTION_NAMES.map((name) => `Functions${pascalCase(name)}`).sort());
  });

  test.each(functions)('%s is traced and logs to a group of its own for a year', (_, fn) => {
    expect(fn.Properties).toMatchObject({
      Runtime: 'provided.al2023',
      Handler: 'bootstrap',
      Architectures: ['arm64'],
      TracingConfig: { Mode: 'Active' },
    });
    const group = stack.resources[fn.Properties['LoggingConfig'].LogGroup.Ref]!;
    expect(group.Properties).toMatchObject({ LogGroupName: `/aws/lambda/${fn.Properties['FunctionName']}`, RetentionInDays: 365 });
  });

  test('know the tables and the place, and the API also what it starts', () => {
    const variables = (name: string) => Object.keys(named(name)['Environment'].Variables).sort();
    const tables = [
      'AUDIT_LOG_TABLE',
      'DRS_ACCOUNT',
      'DRS_REGIONS',
      'EXECUTION_HISTORY_TABLE',
      'INVENTORY_TABLE',
      'PROTECTION_GROUPS_TABLE',
      'RECOVERY_PLANS_TABLE',
      'RUST_LOG',
    ];
    const schedules = ['RECOVERY_STATE_MACHINE_ARN', 'SCHEDULE_GROUP', 'SCHEDULE_ROLE_ARN'];
    const more: Record<string, string[]> = {
      'begin-cleanup': ['CLEANUP_STATE_MACHINE_ARN'],
      'check-schedules': schedules,
      'record-drs-event': ['INVENTORY_STATE_MACHINE_ARN'],
      'store-report': ['REPORTS_BUCKET'],
    };
    for (const name of FUNCTION_NAMES.filter((name) => name !== 'api')) {
      expect(variables(name)).toEqual([...tables, ...(more[name] ?? [])].sort());
    }
    expect(variables('api')).toEqual(['AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH', ...tables, ...schedules, 'CLEANUP_STATE_MACHINE_ARN', 'INVENTORY_STATE_MACHINE_ARN'].sort());
  });

  test('recover into the own Region unless told otherwise', () => {
    const place = (name: string, synthesized = stack) => {
      const [, fn] = ofType(synthesized, 'AWS::Lambda::Function').find(([, fn]) => fn.Properties['FunctionName'] === `drs-${name}`)!;
      const { DRS_ACCOUNT, DRS_REGIONS } = fn.Properties['Environment'].Variables;
      return [DRS_ACCOUNT, DRS_REGIONS];
    };
    expect(place('start-jobs')).toEqual(['111122223333', 'eu-west-1']);
    expect(place('start-jobs', synthesize({ regions: ['eu-west-1', 'eu-central-1'] }))).toEqual(['111122223333', 'eu-west-1,eu-central-1']);
  });

  test('end before whoever waits for them gives up', () => {
    expect(named('api')['Timeout']).toBeLessThanOrEqual(29);
    expect(named('prepare-execution')['Timeout']).toBe(900);
  });

  test('run on this machine in the local cloud', () => {
    for (const [, fn] of ofType(synthesize({ local: true }), 'AWS::Lambda::Function')) {
      expect(fn.Properties['Architectures']).toEqual(['x86_64']);
    }
  });

  test('that nobody built can be read but not deployed', () => {
    const codeParameters = Object.entries(stack.template.toJSON()['Parameters'] as Record<string, { Default?: unknown }>).filter(
      ([name]) => name.includes('Source'),
    );
    expect(codeParameters).toHaveLength(2 * FUNCTION_NAMES.length);
    expect(codeParameters.filter(([, parameter]) => parameter.Default !== undefined)).toEqual([]);
    Annotations.fromStack(stack.stack).hasWarning('*', Match.stringLikeRegexp('cargo xtask package'));
  });
});

describe('built functions', () => {
  let assets: string;
  beforeAll(() => {
    assets = mkdtempSync(join(tmpdir(), 'orchestrator-assets-'));
  });
  afterAll(() => rmSync(assets, { recursive: true }));

  test('must all be there', () => {
    expect(() => synthesize({ assets: { kind: 'directory', path: assets } })).toThrow(/prepare-execution\.zip is missing\. Run `cargo xtask package`/);
  });

  test('are uploaded', () => {
    for (const name of FUNCTION_NAMES) {
      writeFileSync(join(assets, `${name}.zip`), `PK ${name}`);
    }
    const built = synthesize({ assets: { kind: 'directory', path: assets } });
    const code = ofType(built, 'AWS::Lambda::Function').map(([, fn]) => fn.Properties['Code'].S3Key as string);
    expect(new Set(code).size).toBe(FUNCTION_NAMES.length);
    Annotations.fromStack(built.stack).hasNoWarning('*', Match.anyValue());
    expect(Template.fromStack(built.stack).findParameters('*Source*')).toEqual({});
  });
});
