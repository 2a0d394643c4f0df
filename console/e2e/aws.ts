import { cloud } from './cloud.js';

/** As a person with root credentials would sign. */
const signedFor = (service: string) => ({
  Authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});

/** One call of an AWS JSON protocol in the local cloud: `service` signs. */
export async function aws<T = unknown>(service: string, target: string, body: unknown): Promise<T> {
  const response = await fetch(cloud.awsEndpoint, {
    method: 'POST',
    headers: { ...signedFor(service), 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': target },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${target}: ${response.status} ${text}`);
  }
  return JSON.parse(text) as T;
}

/** Starts an execution of one of the stack's state machines. */
export async function begin(machine: string, input: unknown): Promise<void> {
  await aws('states', 'AWSStepFunctions.StartExecution', { stateMachineArn: cloud.stateMachines[machine], input: JSON.stringify(input) });
}

/** One call of the REST protocol of EventBridge Scheduler. */
export async function scheduler<T = unknown>(method: string, path: string): Promise<T> {
  const headers = { ...signedFor('scheduler'), 'Content-Type': 'application/json' };
  const response = await fetch(cloud.awsEndpoint + path, { method, headers, ...(method === 'POST' && { body: '{}' }) });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${method} ${path}: ${response.status} ${text}`);
  }
  return JSON.parse(text || '{}') as T;
}
