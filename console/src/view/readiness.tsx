import Popover from '@cloudscape-design/components/popover';
import Spinner from '@cloudscape-design/components/spinner';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useReadiness } from '../api/queries.js';
import { common } from '../strings/common.js';
import { plans as text } from '../strings/plans.js';
import { dateTime, words } from './format.js';
import { neverDrilled } from './readiness-kind.js';
import { lookOf } from './status.js';

/** What the last scheduled look at a plan found, with its findings behind it. */
export function PlanReadiness({ name }: { name: string }) {
  const query = useReadiness(name);
  if (query.isPending) {
    return <Spinner />;
  }
  const latest = query.data?.items[0];
  if (!latest) {
    return <StatusIndicator type="pending">{query.error ? query.error.message : text.notLookedAt}</StatusIndicator>;
  }
  const label = neverDrilled(latest) ? `${words(latest.verdict)}, ${text.never}` : words(latest.verdict);
  const indicator = <StatusIndicator type={lookOf(latest.verdict)}>{label}</StatusIndicator>;
  if (latest.findings.length === 0) {
    return indicator;
  }
  return (
    <Popover
      size="large"
      renderWithPortal
      header={dateTime(latest.checkedAt)}
      dismissAriaLabel={common.close}
      content={
        <ul>
          {latest.findings.slice(0, 12).map(({ code, subject, message }) => (
            <li key={`${code} ${subject}`}>{subject}: {message}</li>
          ))}
        </ul>
      }
    >
      {indicator}
    </Popover>
  );
}
