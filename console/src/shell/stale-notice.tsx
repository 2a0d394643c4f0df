import Alert from '@cloudscape-design/components/alert';
import type { UseQueryResult } from '@tanstack/react-query';
import { common } from '../strings/common.js';
import { duration } from '../view/format.js';
import { useTick } from './use-tick.js';

/** Says how old the page is as soon as asking again fails. In real seconds: it is the connection that is late. */
export function StaleNotice({ query }: { query: Pick<UseQueryResult, 'isError' | 'failureCount' | 'dataUpdatedAt'> }) {
  const failing = query.isError || query.failureCount > 0;
  useTick(failing);
  if (!failing) {
    return null;
  }
  const age = Math.max(0, (Date.now() - query.dataUpdatedAt) / 1000);
  return (
    <div role="status" className="stale">
      <Alert type="warning" header={common.errors.stale}>{common.errors.staleSince(duration(age))}</Alert>
    </div>
  );
}
