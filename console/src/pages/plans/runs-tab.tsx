import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { usePlanRuns } from '../../api/queries.js';
import type { Plan, PlanRun } from '../../api/types.js';
import { to } from '../../routes.js';
import { Link } from '../../shell/link.js';
import { QueryState } from '../../shell/query-state.js';
import { common } from '../../strings/common.js';
import { executions } from '../../strings/executions.js';
import { plan as strings } from '../../strings/plans.js';
import { dateTime, duration, words } from '../../view/format.js';
import { RtoTrend } from '../../view/rto-trend.js';
import { Status } from '../../view/status.js';

const text = strings.runs;

/** Every run of the plan against its promise and its forecast. */
export function RunsTab({ plan }: { plan: Plan }) {
  const query = usePlanRuns(plan.name);
  return (
    <QueryState query={query}>
      {({ items }) => (
        <SpaceBetween size="l">
          {items.some(({ rtoSeconds }) => rtoSeconds != null) && (
            <Container header={<Header variant="h2">{text.trend}</Header>}>
              <RtoTrend runs={items} />
            </Container>
          )}
          <Table
            trackBy="executionId"
            ariaLabels={{ tableLabel: text.title }}
            items={items}
            empty={<Box textAlign="center">{text.empty}</Box>}
            columnDefinitions={COLUMNS}
          />
        </SpaceBetween>
      )}
    </QueryState>
  );
}

const { columns } = executions;
const COLUMNS = [
  {
    id: 'id',
    header: columns.id,
    isRowHeader: true,
    cell: ({ executionId }: PlanRun) => <Link href={to.execution(executionId)}>{executionId}</Link>,
  },
  { id: 'mode', header: columns.mode, cell: ({ mode }: PlanRun) => words(mode) },
  { id: 'status', header: columns.status, cell: ({ status }: PlanRun) => <Status status={status} /> },
  { id: 'startedAt', header: columns.startedAt, cell: ({ startedAt }: PlanRun) => dateTime(startedAt) },
  { id: 'rto', header: columns.rto, cell: ({ rtoSeconds }: PlanRun) => duration(rtoSeconds) },
  { id: 'expected', header: text.expected, cell: ({ forecast }: PlanRun) => duration(forecast?.p50Seconds) },
  {
    id: 'target',
    header: text.target,
    cell: ({ targetRtoMinutes }: PlanRun) => duration(targetRtoMinutes == null ? null : targetRtoMinutes * 60),
  },
  {
    id: 'servers',
    header: columns.servers,
    cell: ({ servers }: PlanRun) => (servers ? executions.recovered(servers.recovered, servers.total) : common.none),
  },
];
