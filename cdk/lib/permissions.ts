import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

/**
 * What a function may do in AWS, as `functions/<name>/permissions.yaml` says it, next to the code that needs it.
 * This module only reads and checks; what the words mean in IAM is in `function-role.ts`.
 */
export interface Permissions {
  /** DRS actions, on whatever each acts on, in the Regions that one recovers into. */
  readonly drs: readonly string[];
  /** EC2 actions that DRS performs with the caller's permissions, and nobody else. */
  readonly ec2ViaDrs: readonly string[];
  /** Roles (with their path) that DRS passes to the instances it starts. */
  readonly passToEc2: readonly string[];
  /** Roles (with their path) that automation documents assume. */
  readonly passToSsm: readonly string[];
  /** EventBridge actions, on the default event bus. */
  readonly events: readonly string[];
  readonly ssm: readonly string[];
  /** EventBridge Scheduler actions, on the schedules of drills. */
  readonly scheduler: readonly string[];
  /** The documents that `ssm: [SendCommand]` may run. */
  readonly ssmDocuments: readonly string[];
  /** The documents that `ssm: [StartAutomationExecution]` may run. */
  readonly ssmAutomations: readonly string[];
  /** DynamoDB actions by table. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  /** S3 actions by bucket, on the objects that are the project's own. */
  readonly buckets: Readonly<Record<string, readonly string[]>>;
  /** Step Functions actions by machine (`recovery`, `wave`, …). */
  readonly stateMachines: Readonly<Record<string, readonly string[]>>;
}

const ACTION_LISTS = ['drs', 'ec2ViaDrs', 'events', 'ssm', 'scheduler'] as const;
const NAME_LISTS = ['passToEc2', 'passToSsm', 'ssmDocuments', 'ssmAutomations'] as const;
const ACTION_MAPS = ['tables', 'buckets', 'stateMachines'] as const;
const KEYS: readonly string[] = [...ACTION_LISTS, ...NAME_LISTS, ...ACTION_MAPS];

/** One action, spelled out: a wildcard would grant what AWS adds tomorrow. */
const ACTION = /^[A-Z][A-Za-z0-9]+$/;
const NAME = /^[A-Za-z0-9_+=,.@/-]+$/;

export function readPermissions(file: string): Permissions {
  if (!existsSync(file)) {
    throw new Error(`${file} is missing. Every function says there what it may do in AWS.`);
  }
  return parsePermissions(readFileSync(file, 'utf8'), file);
}

export function parsePermissions(yaml: string, file: string): Permissions {
  const document: unknown = parse(yaml) ?? {};
  if (!isMap(document)) {
    throw new Error(`${file} is a map of ${KEYS.join(', ')}.`);
  }
  const unknown = Object.keys(document).filter((key) => !KEYS.includes(key));
  if (unknown.length > 0) {
    throw new Error(`${file}: unknown key ${unknown.join(', ')}. Known are ${KEYS.join(', ')}.`);
  }

  const list = (key: string, value: unknown, shape: RegExp): string[] => {
    if (value === undefined || value === null) {
      return [];
    }
    if (!Array.isArray(value)) {
      throw new Error(`${file}: ${key} is a list.`);
    }
    for (const item of value) {
      if (typeof item !== 'string' || !shape.test(item)) {
        throw new Error(`${file}: ${key} has "${String(item)}", which is no name. Wildcards are not allowed.`);
      }
    }
    const repeated = value.filter((item, index) => value.indexOf(item) !== index);
    if (repeated.length > 0) {
      throw new Error(`${file}: ${key} has ${repeated.join(', ')} twice.`);
    }
    return value as string[];
  };
  const map = (key: string): Record<string, string[]> => {
    const value = document[key] ?? {};
    if (!isMap(value)) {
      throw new Error(`${file}: ${key} is a map from a name to a list of actions.`);
    }
    return Object.fromEntries(
      Object.entries(value).map(([name, actions]) => [name, list(`${key}.${name}`, actions, ACTION)]),
    );
  };

  const permissions: Permissions = {
    drs: list('drs', document['drs'], ACTION),
    ec2ViaDrs: list('ec2ViaDrs', document['ec2ViaDrs'], ACTION),
    passToEc2: list('passToEc2', document['passToEc2'], NAME),
    passToSsm: list('passToSsm', document['passToSsm'], NAME),
    events: list('events', document['events'], ACTION),
    ssm: list('ssm', document['ssm'], ACTION),
    scheduler: list('scheduler', document['scheduler'], ACTION),
    ssmDocuments: list('ssmDocuments', document['ssmDocuments'], NAME),
    ssmAutomations: list('ssmAutomations', document['ssmAutomations'], NAME),
    tables: map('tables'),
    buckets: map('buckets'),
    stateMachines: map('stateMachines'),
  };
  if (permissions.ssm.includes('SendCommand') !== permissions.ssmDocuments.length > 0) {
    throw new Error(`${file}: "ssm: [SendCommand]" and "ssmDocuments", the documents it may run, belong together.`);
  }
  if (permissions.ssm.includes('StartAutomationExecution') !== permissions.ssmAutomations.length > 0) {
    throw new Error(`${file}: "ssm: [StartAutomationExecution]" and "ssmAutomations", the documents it may run, belong together.`);
  }
  return permissions;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
