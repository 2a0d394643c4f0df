import Box from '@cloudscape-design/components/box';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useRefusal } from '../../api/schedules.js';
import type { PlanSchedule } from '../../api/types.js';
import { to } from '../../routes.js';
import { Link } from '../../shell/link.js';
import { common } from '../../strings/common.js';
import { schedules as text } from '../../strings/schedules.js';
import { dateTime } from '../../view/format.js';
import { Status } from '../../view/status.js';

const { columns } = text;

export const COLUMNS = [
  {
    id: 'name',
    header: columns.name,
    isRowHeader: true,
    minWidth: 130,
    cell: ({ name, description }: PlanSchedule) => (
      <>
        {name}
        {description && <Box color="text-body-secondary" fontSize="body-s">{description}</Box>}
      </>
    ),
  },
  { id: 'plan', header: columns.plan, minWidth: 130, cell: ({ planId }: PlanSchedule) => <Link href={to.plan(planId)}>{planId}</Link> },
  { id: 'expression', header: columns.expression, minWidth: 190, cell: (schedule: PlanSchedule) => <When {...schedule} /> },
  {
    id: 'state',
    header: columns.state,
    minWidth: 140,
    // What is left out is so.
    cell: ({ enabled = true }: PlanSchedule) => (
      <StatusIndicator type={enabled ? 'success' : 'stopped'}>{enabled ? text.enabled : text.disabled}</StatusIndicator>
    ),
  },
  { id: 'next', header: columns.next, minWidth: 130, cell: ({ nextRunAt }: PlanSchedule) => (nextRunAt == null ? text.noNext : dateTime(nextRunAt)) },
  { id: 'last', header: columns.last, minWidth: 190, cell: (schedule: PlanSchedule) => <LastStart {...schedule} /> },
  { id: 'missed', header: columns.missed, minWidth: 200, cell: (schedule: PlanSchedule) => <Missed {...schedule} /> },
  {
    id: 'changed',
    header: columns.changed,
    minWidth: 130,
    cell: ({ updatedBy, updatedAt }: PlanSchedule) => text.changed(updatedBy, dateTime(updatedAt)),
  },
];

function When({ expression, timeZone, cleanupAfterMinutes }: PlanSchedule) {
  return (
    <>
      <span className="typed">{expression}</span>
      <Box color="text-body-secondary" fontSize="body-s">{timeZone ?? common.none}</Box>
      {cleanupAfterMinutes != null && <Box color="text-body-secondary" fontSize="body-s">{text.cleanupAfter(cleanupAfterMinutes)}</Box>}
    </>
  );
}

/** What became of the last start. Of one that was refused also why: nothing else of it is worth a visit. */
function LastStart({ lastRun }: PlanSchedule) {
  if (!lastRun) {
    return text.neverStarted;
  }
  const { executionId, status, at } = lastRun;
  return (
    <>
      <Status status={status} />
      <Box><Link href={to.execution(executionId)}>{dateTime(at)}</Link></Box>
      {status === 'REFUSED' && <Refusal executionId={executionId} />}
    </>
  );
}

function Refusal({ executionId }: { executionId: string }) {
  const { data } = useRefusal(executionId);
  const reasons = (data?.findings ?? []).filter(({ severity }) => severity === 'BLOCKS').map(({ message }) => message);
  return <Box color="text-body-secondary" fontSize="body-s">{reasons.join('. ')}</Box>;
}

/** The newest with its reason, the others below it on demand. */
function Missed({ planId, name, missed: [newest, ...earlier] }: PlanSchedule) {
  if (!newest) {
    return text.notMissed;
  }
  return (
    <>
      <StatusIndicator type="warning">{dateTime(newest.at)}</StatusIndicator>
      <Box color="text-body-secondary" fontSize="body-s">{newest.reason}</Box>
      {earlier.length > 0 && (
        <ExpandableSection headerText={text.earlier(earlier.length)} headerAriaLabel={text.earlierOf(name, planId)}>
          {earlier.map(({ at, reason }) => <Box key={at} fontSize="body-s">{dateTime(at)}: {reason}</Box>)}
        </ExpandableSection>
      )}
    </>
  );
}
