import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { OrchestratorStack } from '../lib/orchestrator-stack.js';
import { REPOSITORY, type Settings } from '../lib/settings.js';

export const FIXTURES = join(import.meta.dirname, 'fixtures');
export const STATE_MACHINES = join(REPOSITORY, 'statemachine');

const SETTINGS: Settings = {
  stackName: 'drs',
  local: false,
  localEndpoint: 'http://127.0.0.1:4566',
  assets: { kind: 'none' },
  console: undefined,
  scale: 1,
  regions: [],
  inventoryMinutes: 15,
  readinessMinutes: 60,
  sweepMinutes: 5,
  leftOverHours: 24,
  consoleUrl: '',
  noticeEmails: [],
  reportLockDays: 0,
  trail: false,
  waf: false,
  requireMfa: false,
};

export interface Synthesized {
  readonly stack: Stack;
  readonly template: Template;
  readonly resources: Readonly<Record<string, Resource>>;
}

export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, any>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** The template, with the smallest state machines unless `definitions` says otherwise. */
export function synthesize(settings: Partial<Settings> = {}, definitions = FIXTURES): Synthesized {
  const app = new App({ analyticsReporting: false });
  const stack = new OrchestratorStack(app, 'drs', {
    settings: { ...SETTINGS, ...settings },
    definitions,
    env: { account: '111122223333', region: 'eu-west-1' },
  });
  const template = Template.fromStack(stack);
  return { stack, template, resources: template.toJSON()['Resources'] };
}

export function ofType(synthesized: Synthesized, type: string): Array<[id: string, resource: Resource]> {
  return Object.entries(synthesized.resources).filter(([, resource]) => resource.Type === type);
}

/** A logical id without the hash that CDK puts behind it. */
export function plainId(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}

/** A template value as text: references by plain id, the partition as `aws`. */
export function text(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const [[name, argument] = []] = Object.entries(value as Record<string, any>);
  switch (name) {
    case 'Ref':
      return argument === 'AWS::Partition' ? 'aws' : `{${plainId(argument)}}`;
    case 'Fn::GetAtt':
      return argument[1] === 'Arn' ? `{${plainId(argument[0])}}` : `{${plainId(argument[0])}.${argument[1]}}`;
    case 'Fn::Join':
      return argument[1].map(text).join(argument[0]);
    default:
      throw new Error(`cannot read ${JSON.stringify(value)}`);
  }
}
