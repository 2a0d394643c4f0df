import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** The running local cloud, from `cloud.json`. */
export interface Cloud {
  readonly apiUrl: string;
  readonly awsEndpoint: string;
  readonly cognitoEndpoint: string;
  readonly clientId: string;
  readonly consoleUrl: string;
  readonly simulatorUrl: string;
  readonly users: Readonly<Record<string, string>>;
  readonly tables: Readonly<Record<string, string>>;
  readonly stateMachines: Readonly<Record<string, string>>;
}

const FILE = resolve(import.meta.dirname, '..', '..', process.env['DRS_LOCAL_CLOUD'] ?? '.local/cloud.json');
export const cloud = JSON.parse(readFileSync(FILE, 'utf8')) as Cloud;

let token: Promise<string> | undefined;

async function adminToken(): Promise<string> {
  const response = await fetch(cloud.cognitoEndpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth' },
    body: JSON.stringify({
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: cloud.clientId,
      AuthParameters: { USERNAME: 'demo', PASSWORD: cloud.users['demo'] },
    }),
  });
  const answer = (await response.json()) as { AuthenticationResult: { IdToken: string } };
  return answer.AuthenticationResult.IdToken;
}

/** Asks the API beside the console, as another person at another machine would. */
export async function api<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
  token ??= adminToken();
  const response = await fetch(`${cloud.apiUrl}/v1${path}`, {
    method,
    headers: { Authorization: await token, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${method} ${path}: ${response.status} ${text}`);
  }
  return (text ? JSON.parse(text) : undefined) as T;
}

/** Tells the simulator something about its world. */
export async function simulator(path: string, body: unknown): Promise<void> {
  const response = await fetch(`${cloud.simulatorUrl}/_simulator/${path}`, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) {
    throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }
}

/** Takes source servers out of the simulator's world again. */
export async function forget(ids: readonly string[]): Promise<void> {
  const response = await fetch(`${cloud.simulatorUrl}/_simulator/inventory`, { method: 'DELETE', body: JSON.stringify({ sourceServers: ids }) });
  if (!response.ok) {
    throw new Error(`inventory: ${response.status} ${await response.text()}`);
  }
}

/** What went wrong goes right again. */
export async function noMoreFaults(): Promise<void> {
  await fetch(`${cloud.simulatorUrl}/_simulator/faults`, { method: 'DELETE' });
}

/** Source servers that nobody else has: `<name>-1` to `<name>-<count>`; their ids. */
export async function sourceServers(name: string, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, index) => `s-${(unique + String(index + 1).padStart(4, '0')).padStart(17, '0')}`);
  await simulator('inventory', { sourceServers: ids.map((id, index) => ({ id, hostname: `${name}-${index + 1}`, os: 'linux' })) });
  return ids;
}

/** A part of names that no earlier run used. */
export const unique = Date.now().toString(36);
