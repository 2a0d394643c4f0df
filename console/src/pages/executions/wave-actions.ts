import { type Api, body } from '../../api/client.js';
import type { Execution } from '../../api/types.js';

/**
 * What the console can do of a wave's `allowedActions`, the most likely last. One that is not here is not offered: the
 * console would not know what to ask before it does it.
 */
export const KNOWN = ['REJECT', 'APPROVE', 'ABORT', 'SKIP', 'RECHECK', 'RETRY'] as const;

export type Known = (typeof KNOWN)[number];

/** What a person said with it; the last two are for a retry. */
export interface Decided {
  readonly comment: string;
  readonly servers: readonly string[];
  readonly replaceInstances: readonly string[];
}

export function decide(api: Api, executionId: string, number: number, action: Known, decided: Decided): Promise<Execution> {
  const params = { path: { executionId, number } };
  const request = { params, body: { comment: decided.comment } };
  switch (action) {
    case 'APPROVE':
      return body(api.POST('/v1/executions/{executionId}/waves/{number}/approve', request));
    case 'REJECT':
      return body(api.POST('/v1/executions/{executionId}/waves/{number}/reject', request));
    case 'ABORT':
      return body(api.POST('/v1/executions/{executionId}/waves/{number}/abort', request));
    case 'SKIP':
      return body(api.POST('/v1/executions/{executionId}/waves/{number}/skip', request));
    case 'RECHECK':
      return body(api.POST('/v1/executions/{executionId}/waves/{number}/recheck', request));
    case 'RETRY': {
      const { comment, servers, replaceInstances } = decided;
      const retry = { comment, servers: [...servers], replaceInstances: [...replaceInstances] };
      return body(api.POST('/v1/executions/{executionId}/waves/{number}/retry', { params, body: retry }));
    }
  }
}
