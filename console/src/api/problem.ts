import type { components } from './schema.js';

type ProblemDetails = components['schemas']['ProblemDetails'];

/** What the API answered instead of what was asked for. Its words are made for people and are shown as they are. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly problems: ProblemDetails['problems'] = [],
    /** With a refusal of a retry: what has to be named. */
    readonly instancesToConfirm: NonNullable<ProblemDetails['instancesToConfirm']> = [],
  ) {
    super(detail);
  }
}

/** The error for an answer with `status`, whose body is a problem, API Gateway's `{"message": …}`, or nothing of use. */
export function apiError(status: number, body: unknown): ApiError {
  const fields = typeof body === 'object' && body !== null ? (body as Partial<ProblemDetails> & { message?: string }) : {};
  const detail = fields.detail ?? fields.message ?? `HTTP ${status}`;
  return new ApiError(status, fields.code ?? `HTTP_${status}`, detail, fields.problems ?? [], fields.instancesToConfirm ?? []);
}

/** Whether asking again could help: the network or the server failed, and the request itself was not refused. */
export function isPassing(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status >= 500 || error.status === 429;
}
