import createClient, { type Client, type Middleware } from 'openapi-fetch';
import type { Session } from '../auth/session.js';
import { apiError } from './problem.js';
import type { paths } from './schema.js';

/** Who is signed in, as far as a request needs it. */
export type Credentials = Pick<Session, 'idToken' | 'expired'>;

export type Api = Client<paths>;

export function makeApi(apiUrl: string, credentials: Credentials): Api {
  const middleware: Middleware = {
    async onRequest({ request }) {
      request.headers.set('Authorization', await credentials.idToken());
      return request;
    },
    async onResponse({ response }) {
      if (response.ok) {
        return;
      }
      if (response.status === 401) {
        credentials.expired();
      }
      const body: unknown = await response.clone().json().catch(() => undefined);
      throw apiError(response.status, body);
    },
  };
  // `no-cache`: the browser asks with the ETag that it has, and an answer that did not change costs no body.
  const api = createClient<paths>({ baseUrl: apiUrl || window.location.origin, cache: 'no-cache' });
  api.use(middleware);
  return api;
}

/** The body of an answer. That it is one was checked before: everything else was thrown. */
export async function body<T>(answer: Promise<{ data?: T }>): Promise<T> {
  const { data } = await answer;
  return data as T;
}

/** How `useInfiniteQuery` goes from one page of the API to the next. */
export const byToken = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ nextToken }: { readonly nextToken?: string | null | undefined }) => nextToken ?? undefined,
};
