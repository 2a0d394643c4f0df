import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Spinner from '@cloudscape-design/components/spinner';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiError } from '../api/problem.js';
import { common } from '../strings/common.js';
import { StaleNotice } from './stale-notice.js';

interface Props<T> {
  readonly query: UseQueryResult<T>;
  readonly children: (data: T) => ReactNode;
}

/** What a page shows while it has nothing, when it may not have it, and when it has something that ages. */
export function QueryState<T>({ query, children }: Props<T>) {
  if (query.data !== undefined) {
    return (
      <>
        <StaleNotice query={query} />
        {children(query.data)}
      </>
    );
  }
  if (query.error) {
    return <Failure error={query.error} retry={() => void query.refetch()} />;
  }
  return (
    <Box padding="xxl" textAlign="center">
      <Spinner size="large" /> <Box variant="span">{common.loading}</Box>
    </Box>
  );
}

/** Why there is nothing, and what to do. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof ApiError && error.status === 403) {
    return <Alert type="warning" header={common.errors.noPermission}>{text} {common.errors.noPermissionHint}</Alert>;
  }
  if (error instanceof ApiError && error.status === 404) {
    return <Alert type="info" header={common.errors.notFound}>{text}</Alert>;
  }
  return (
    <Alert
      type="error"
      header={common.errors.failed}
      action={retry && <Button onClick={retry}>{common.retry}</Button>}
    >
      {text}
    </Alert>
  );
}
