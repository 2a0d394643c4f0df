import { type InfiniteData, useInfiniteQuery, useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useApi } from '../shell/context.js';
import { type Api, body, byToken } from './client.js';
import type { Execution, Mode, RecoveryPointChoice } from './types.js';

/** Shorter than the 2 s in which the console promises to show what the API knows. */
const LIVE_MS = 1000;
/** Overviews. */
const CALM_MS = 5000;

export interface Page<T> {
  readonly items: T[];
  readonly nextToken?: string | null;
}

/** All that was read of a list. */
export function itemsOf<T>(data: InfiniteData<Page<T>> | undefined): T[] {
  return data?.pages.flatMap((page) => page.items) ?? [];
}

/**
 * Goes on reading until there is no further page: for lists that are searched as a whole and are short enough. A page that
 * cannot be read ends that until the list is read anew.
 */
export function useEveryPage<Q extends { hasNextPage: boolean; isFetching: boolean; isError: boolean; fetchNextPage: () => unknown }>(query: Q): Q {
  const { hasNextPage, isFetching, isError, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError) {
      void fetchNextPage();
    }
  }, [hasNextPage, isFetching, isError, fetchNextPage]);
  return query;
}

export function useExecutions(filter: { planId?: string; leftOver?: boolean } = {}, refetchInterval: number | false = CALM_MS) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: ['executions', filter],
    queryFn: ({ pageParam }) =>
      body(api.GET('/v1/executions', { params: { query: { ...filter, nextToken: pageParam, limit: 50 } } })),
    ...byToken,
    refetchInterval,
  });
}

/** What has ended, with its stored reports. */
export function useReports(filter: { planId?: string; mode?: Mode }) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: ['reports', filter],
    queryFn: ({ pageParam }) => body(api.GET('/v1/reports', { params: { query: { ...filter, nextToken: pageParam, limit: 50 } } })),
    ...byToken,
    refetchInterval: CALM_MS,
  });
}

export const executionKey = (id: string) => ['execution', id] as const;

/** Whether there is still something to come. */
export function isLive(execution: Pick<Execution, 'endedAt' | 'cleanup'>): boolean {
  return execution.endedAt == null || execution.cleanup?.status === 'RUNNING';
}

/** How often an execution is asked for. Its report, and a clean-up of somebody else, come after its end: at leisure then. */
function pace(execution: Execution | undefined): number {
  return execution === undefined || isLive(execution) ? LIVE_MS : CALM_MS;
}

/** An execution; asked for again and again while it runs. A failed attempt is not repeated: the next one comes anyway. */
export function useExecution(id: string) {
  const api = useApi();
  return useQuery({
    queryKey: executionKey(id),
    queryFn: () => body(api.GET('/v1/executions/{executionId}', { params: { path: { executionId: id } } })),
    retry: false,
    refetchInterval: ({ state }) => pace(state.data),
  });
}

/**
 * What happened in an execution, newest first. An event appears a moment after what it tells of, so that the end of a run is
 * not the end of its events: they are asked for after it, too, at leisure.
 */
export function useExecutionEvents(executionId: string, live: boolean) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: ['events', executionId],
    queryFn: ({ pageParam }) =>
      body(
        api.GET('/v1/executions/{executionId}/events', {
          params: { path: { executionId }, query: { newestFirst: true, nextToken: pageParam, limit: 50 } },
        }),
      ),
    ...byToken,
    retry: false,
    refetchInterval: live ? LIVE_MS : CALM_MS,
  });
}

/** Does something to an execution; its answer is the execution as it is then, and shown at once. */
export function useExecutionChange<T>(id: string, change: (input: T) => Promise<Execution>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (execution) => {
      queries.setQueryData(executionKey(id), execution);
      void queries.invalidateQueries({ queryKey: ['executions'] });
    },
    onError: () => void queries.invalidateQueries({ queryKey: executionKey(id) }),
  });
}

export function usePlans() {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: ['plans'],
    queryFn: ({ pageParam }) => body(api.GET('/v1/recovery-plans', { params: { query: { nextToken: pageParam, limit: 200 } } })),
    ...byToken,
  });
}

export function usePlan(name: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['plan', name],
    queryFn: () => body(api.GET('/v1/recovery-plans/{name}', { params: { path: { name } } })),
  });
}

export function usePlanVersion(name: string, version: number | null | undefined) {
  const api = useApi();
  return useQuery({
    queryKey: ['plan', name, version],
    queryFn: () => body(api.GET('/v1/recovery-plans/{name}/versions/{version}', { params: { path: { name, version: version ?? 0 } } })),
    enabled: version != null,
    // A version never changes.
    staleTime: Infinity,
  });
}

export function usePlanVersions(name: string) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: ['plan-versions', name],
    queryFn: ({ pageParam }) =>
      body(api.GET('/v1/recovery-plans/{name}/versions', { params: { path: { name }, query: { nextToken: pageParam, limit: 50 } } })),
    ...byToken,
  });
}

export function usePlanRuns(name: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['plan-runs', name],
    queryFn: () => body(api.GET('/v1/recovery-plans/{name}/history', { params: { path: { name }, query: { limit: 50 } } })),
  });
}

const readinessOf = (api: Api, name: string) => ({
  queryKey: ['readiness', name],
  queryFn: () => body(api.GET('/v1/recovery-plans/{name}/readiness', { params: { path: { name }, query: { limit: 1 } } })),
  staleTime: 30_000,
});

export function useReadiness(name: string) {
  return useQuery(readinessOf(useApi(), name));
}

/** The newest readiness of each plan, in their order; undefined while it is asked for, null where there is none. */
export function useEveryReadiness(names: readonly string[]) {
  const api = useApi();
  return useQueries({
    queries: names.map((name) => readinessOf(api, name)),
    combine: (answers) => answers.map(({ data, isPending }) => (isPending ? undefined : (data?.items[0] ?? null))),
  });
}

export function useForecast(name: string, mode: Mode, enabled = true) {
  const api = useApi();
  return useQuery({
    queryKey: ['forecast', name, mode],
    queryFn: () => body(api.GET('/v1/recovery-plans/{name}/forecast', { params: { path: { name }, query: { mode } } })),
    enabled,
    staleTime: 60_000,
  });
}

/** Reads live from DRS: never repeated by itself. */
export function usePreflight(name: string, mode: Mode, enabled: boolean, recoveryPoint: RecoveryPointChoice = { kind: 'LATEST' }) {
  const api = useApi();
  return useQuery({
    queryKey: ['preflight', name, mode, recoveryPoint],
    queryFn: () => body(api.POST('/v1/recovery-plans/{name}/preflight', { params: { path: { name }, query: { mode } }, body: { recoveryPoint } })),
    enabled,
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
}

export function useGroups() {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: ['groups'],
    queryFn: ({ pageParam }) => body(api.GET('/v1/protection-groups', { params: { query: { nextToken: pageParam, limit: 200 } } })),
    ...byToken,
  });
}
