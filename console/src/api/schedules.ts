import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi } from '../shell/context.js';
import { body, byToken } from './client.js';
import { ApiError } from './problem.js';
import { executionKey } from './queries.js';
import type { PlanSchedule, ScheduleDocument } from './types.js';

/** Starts are hours and days apart. */
const SLOW_MS = 30_000;

const ALL = ['schedules'] as const;

/** The schedules of a plan, or of all plans. */
export function useSchedules(plan: string | undefined) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: [...ALL, plan],
    queryFn: ({ pageParam }) =>
      body(
        plan === undefined
          ? api.GET('/v1/schedules', { params: { query: { nextToken: pageParam, limit: 50 } } })
          : api.GET('/v1/recovery-plans/{name}/schedules', { params: { path: { name: plan } } }),
      ),
    ...byToken,
    refetchInterval: SLOW_MS,
  });
}

/** Why an execution was refused: it has ended with that, so it is asked for once. */
export function useRefusal(executionId: string) {
  const api = useApi();
  return useQuery({
    queryKey: executionKey(executionId),
    queryFn: () => body(api.GET('/v1/executions/{executionId}', { params: { path: { executionId } } })),
    staleTime: Infinity,
  });
}

/** The record is written, and EventBridge Scheduler does not follow it yet: no refusal, and no success either. */
export const isNotApplied = (error: unknown): error is ApiError => error instanceof ApiError && error.code === 'SCHEDULE_NOT_APPLIED';

interface Save {
  readonly plan: string;
  readonly name: string;
  /** The version that was opened; none for a new schedule, which must not exist yet. */
  readonly version: number | undefined;
  readonly document: ScheduleDocument;
}

/** Stores a schedule. After any answer the lists are read again: whoever is refused needs to see what is there. */
export function useSaveSchedule() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ plan, name, version, document }: Save) => {
      const header = version === undefined ? { 'If-None-Match': '*' } : { 'If-Match': `"${version}"` };
      const params = { path: { name: plan, schedule: name }, header };
      return body(api.PUT('/v1/recovery-plans/{name}/schedules/{schedule}', { params, body: document }));
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: ALL }),
  });
}

/** Deletes the version that is shown. */
export function useDeleteSchedule() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ planId, name, version }: PlanSchedule) => {
      const params = { path: { name: planId, schedule: name }, header: { 'If-Match': `"${version}"` } };
      return body(api.DELETE('/v1/recovery-plans/{name}/schedules/{schedule}', { params }));
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: ALL }),
  });
}
