import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Grid from '@cloudscape-design/components/grid';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { itemsOf, useExecutions } from '../../api/queries.js';
import type { ExecutionSummary } from '../../api/types.js';
import { to } from '../../routes.js';
import { Link } from '../../shell/link.js';
import { Failure } from '../../shell/query-state.js';
import { StaleNotice } from '../../shell/stale-notice.js';
import { common } from '../../strings/common.js';
import { dashboard as text } from '../../strings/dashboard.js';
import { executions as executionStrings } from '../../strings/executions.js';
import { dateTime, duration } from '../../view/format.js';
import { usePages } from '../../view/pages.js';
import { Status } from '../../view/status.js';
import { Lag } from './lag.js';
import { Quotas } from './quotas.js';
import { Readiness } from './readiness.js';
import { RunningCard } from './running.js';
import { Trend } from './trend.js';

/** What is on the wall. */
export default function DashboardPage() {
  const query = useExecutions({}, 3000);
  const runs = itemsOf(query.data);
  const running = runs.filter(({ endedAt }) => endedAt == null);
  return (
    <ContentLayout header={<Header variant="h1">{text.title}</Header>}>
      <SpaceBetween size="l">
        <StaleNotice query={query} />
        <Container header={<Header variant="h2" counter={`(${running.length})`}>{text.running}</Header>}>
          {query.error && !query.data && <Failure error={query.error} retry={() => void query.refetch()} />}
          <SpaceBetween size="l">
            {running.map(({ executionId }) => <RunningCard key={executionId} executionId={executionId} />)}
            {query.data && running.length === 0 && <Box color="text-body-secondary">{text.nothingRuns}</Box>}
          </SpaceBetween>
        </Container>
        <Grid gridDefinition={[HALF, HALF]}>
          <Readiness />
          <Lag />
        </Grid>
        <Grid gridDefinition={[HALF, HALF]}>
          <LastRuns runs={runs.filter(({ endedAt }) => endedAt != null).slice(0, 8)} />
          <LeftStanding />
        </Grid>
        <Grid gridDefinition={[HALF, HALF]}>
          <Quotas />
          <Trend runs={runs} />
        </Grid>
      </SpaceBetween>
    </ContentLayout>
  );
}

const HALF = { colspan: { default: 12, s: 6 } };

function LastRuns({ runs }: { runs: ExecutionSummary[] }) {
  const { columns } = executionStrings;
  return (
    <Table
      header={<Header variant="h2">{text.lastRuns}</Header>}
      trackBy="executionId"
      items={runs}
      empty={<Box textAlign="center">{executionStrings.empty}</Box>}
      columnDefinitions={[
        { id: 'id', header: columns.id, isRowHeader: true, cell: ({ executionId }) => <Link href={to.execution(executionId)}>{executionId}</Link> },
        { id: 'status', header: columns.status, cell: ({ status }) => <Status status={status} /> },
        { id: 'rto', header: columns.rto, cell: ({ rtoSeconds }) => duration(rtoSeconds) },
      ]}
    />
  );
}

function LeftStanding() {
  // Asks DRS about each drill, so not every few seconds.
  const query = useExecutions({ leftOver: true }, 60_000);
  const pages = usePages(itemsOf(query.data));
  return (
    <Table
      header={<Header variant="h2">{text.leftOver}</Header>}
      trackBy="executionId"
      {...pages.rows}
      pagination={pages.pagination}
      loading={query.isPending}
      loadingText={common.loading}
      empty={<Box textAlign="center">{query.error ? query.error.message : text.nothingLeft}</Box>}
      columnDefinitions={[
        {
          id: 'id',
          header: executionStrings.columns.id,
          isRowHeader: true,
          cell: ({ executionId }) => <Link href={to.execution(executionId)}>{executionId}</Link>,
        },
        {
          id: 'left',
          header: executionStrings.columns.leftOver,
          cell: ({ leftOver }) => (leftOver ? executionStrings.leftOver(leftOver.instances, leftOver.runningHours) : common.none),
        },
        { id: 'ended', header: executionStrings.columns.startedAt, cell: ({ startedAt }) => dateTime(startedAt) },
      ]}
    />
  );
}
