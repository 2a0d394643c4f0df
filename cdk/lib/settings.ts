import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Node } from 'constructs';

/** Where the repository starts, seen from this file. */
export const REPOSITORY = resolve(import.meta.dirname, '..', '..');

/** All that can be chosen from the command line (`-c name=value`). Nothing else in this app reads context. */
export interface Settings {
  /** `-c stack=NAME`: the stack's name, and the first part of the names of machines, functions and log groups. */
  readonly stackName: string;
  /** `-c target=local`: the local cloud instead of AWS. */
  readonly local: boolean;
  /** Where the local cloud answers (`AWS_ENDPOINT_URL`, as the AWS tools read it). */
  readonly localEndpoint: string;
  /** `-c assets=DIR`: where `<function>.zip` lie; `none` for a template that cannot be deployed. */
  readonly assets: AssetSource;
  /** `-c console=DIR`: the built web console; `none` leaves it and CloudFront out, as the local cloud does always. */
  readonly console: string | undefined;
  /** `-c scale=0.01`: one second of the scenario lasts this many real ones. Only the local cloud is scaled. */
  readonly scale: number;
  /** `-c regions=eu-west-1,eu-central-1`: the Regions that one recovers into. Without it, only the stack's own. */
  readonly regions: readonly string[];
  /** `-c inventoryMinutes=15`: how often all source servers are read. */
  readonly inventoryMinutes: number;
  /** `-c readinessMinutes=60`: how often every plan is looked at. */
  readonly readinessMinutes: number;
  /** `-c sweepMinutes=5`: how often drills that stand are looked at. */
  readonly sweepMinutes: number;
  /** `-c leftOverHours=24`: after how many hours people hear of a drill that stands. */
  readonly leftOverHours: number;
  /** `-c consoleUrl=https://…`: where people find the web console. Without it, notices have no link. */
  readonly consoleUrl: string;
  /** `-c noticeEmails=a@example.com,b@example.com`: who is told what needs a person. Each has to confirm it once. */
  readonly noticeEmails: readonly string[];
  /** `-c reportLockDays=2555`: for so long nobody can delete a stored report. It cannot be taken back, so it is off. */
  readonly reportLockDays: number;
  /** `-c trail=true`: a CloudTrail trail of the account's management events in the stack's Region. */
  readonly trail: boolean;
  /** `-c waf=true`: AWS WAF before the REST API. It costs money whether anybody comes or not, so it is off. */
  readonly waf: boolean;
  /** `-c mfa=true`: nobody signs in without a second factor. `drsctl login` cannot ask for one, so it is off. */
  readonly requireMfa: boolean;
}

export type AssetSource =
  /** Zips in this directory; each must be there. */
  | { readonly kind: 'directory'; readonly path: string }
  /** Nothing was built: the template synthesizes, and its code location is a parameter without a default. */
  | { readonly kind: 'none' };

/** `eu-west-1`, `us-gov-west-1`: the shape of a Region's name. */
const REGION = /^[a-z]{2}(-[a-z]+)+-\d+$/;

export const DEFAULT_STACK_NAME = 'drs-orchestrator';

export function readSettings(node: Node): Settings {
  const text = (name: string): string | undefined => {
    const value: unknown = node.tryGetContext(name);
    return value === undefined ? undefined : String(value);
  };

  const target = text('target') ?? 'aws';
  if (target !== 'aws' && target !== 'local') {
    throw new Error(`The context value "target" is aws or local, not "${target}".`);
  }
  const local = target === 'local';

  const scale = Number(text('scale') ?? '1');
  if (!(scale > 0 && scale <= 1)) {
    throw new Error(`The context value "scale" is a number above 0 and up to 1, not "${text('scale')}".`);
  }
  if (scale !== 1 && !local) {
    throw new Error('The context value "scale" is for "-c target=local" only: AWS keeps real time.');
  }

  const regions = (text('regions') ?? '').split(',').map((region) => region.trim()).filter((region) => region !== '');
  const odd = regions.filter((region) => !REGION.test(region));
  if (odd.length > 0) {
    throw new Error(`The context value "regions" is a list such as eu-west-1,eu-central-1. No Region is called ${odd.join(', ')}.`);
  }

  const minutes = (name: string, usual: number): number => {
    const value = Number(text(name) ?? usual);
    // EventBridge knows no shorter rate than a minute; a day is the longest that "now and then" can mean.
    if (!(Number.isInteger(value) && value >= 1 && value <= 1440)) {
      throw new Error(`The context value "${name}" is a whole number of minutes from 1 to 1440, not "${text(name)}".`);
    }
    return value;
  };

  const leftOverHours = Number(text('leftOverHours') ?? 24);
  if (!(Number.isInteger(leftOverHours) && leftOverHours >= 1 && leftOverHours <= 8760)) {
    throw new Error(`The context value "leftOverHours" is a whole number of hours from 1 to 8760, not "${text('leftOverHours')}".`);
  }

  return {
    stackName: text('stack') ?? DEFAULT_STACK_NAME,
    local,
    localEndpoint: (process.env['AWS_ENDPOINT_URL'] ?? 'http://127.0.0.1:4566').replace(/\/+$/, ''),
    assets: assetSource(text('assets'), local),
    console: consoleDirectory(text('console'), local),
    scale,
    regions: [...new Set(regions)],
    inventoryMinutes: minutes('inventoryMinutes', 15),
    readinessMinutes: minutes('readinessMinutes', 60),
    sweepMinutes: minutes('sweepMinutes', 5),
    leftOverHours,
    consoleUrl: consoleUrl(text('consoleUrl') ?? ''),
    noticeEmails: emails(text('noticeEmails') ?? ''),
    reportLockDays: lockDays(text('reportLockDays') ?? '0'),
    trail: flag('trail', text('trail') ?? 'false'),
    waf: flag('waf', text('waf') ?? 'false'),
    requireMfa: flag('mfa', text('mfa') ?? 'false'),
  };
}

/** The local cloud has no CloudFront: there the program that builds the console serves it. */
function consoleDirectory(console: string | undefined, local: boolean): string | undefined {
  if (local || console === 'none') {
    return undefined;
  }
  const path = resolve(console ?? join(REPOSITORY, 'console', 'dist'));
  if (existsSync(join(path, 'index.html'))) {
    return path;
  }
  if (console !== undefined) {
    throw new Error(`There is no web console in "${console}": build it with "npm run build" in console/.`);
  }
  return undefined;
}

/** It stands in templates of EventBridge, in which quotes and angle brackets mean something. */
function consoleUrl(url: string): string {
  if (url !== '' && !/^https:\/\/[^\s"<>\\]+$/.test(url)) {
    throw new Error(`The context value "consoleUrl" is an address that begins with https://, not "${url}".`);
  }
  return url.replace(/\/+$/, '');
}

function lockDays(days: string): number {
  const value = Number(days);
  if (!(Number.isInteger(value) && value >= 0 && value <= 36500)) {
    throw new Error(`The context value "reportLockDays" is a whole number of days from 0 to 36500, not "${days}".`);
  }
  return value;
}

function flag(name: string, value: string): boolean {
  if (value !== 'true' && value !== 'false') {
    throw new Error(`The context value "${name}" is true or false, not "${value}".`);
  }
  return value === 'true';
}

function emails(list: string): string[] {
  const addresses = list.split(',').map((address) => address.trim()).filter((address) => address !== '');
  const odd = addresses.filter((address) => !/^[^\s@]+@[^\s@]+$/.test(address));
  if (odd.length > 0) {
    throw new Error(`The context value "noticeEmails" is a list of addresses. No address is ${odd.join(', ')}.`);
  }
  return [...new Set(addresses)];
}

function assetSource(assets: string | undefined, local: boolean): AssetSource {
  if (assets === 'none') {
    return { kind: 'none' };
  }
  if (assets !== undefined) {
    return { kind: 'directory', path: resolve(assets) };
  }
  const built = resolve(REPOSITORY, 'target', 'lambda');
  // On a clean clone one can read and test the template before compiling anything.
  return existsSync(built) || local ? { kind: 'directory', path: built } : { kind: 'none' };
}
