import { useCollection } from '@cloudscape-design/collection-hooks';
import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import Pagination from '@cloudscape-design/components/pagination';
import Popover from '@cloudscape-design/components/popover';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { memo, useMemo } from 'react';
import type { CheckRun, Execution, ServerAttempt, ServerRun } from '../../api/types.js';
import { useShell } from '../../shell/context.js';
import { common } from '../../strings/common.js';
import { execution as strings } from '../../strings/executions.js';
import { instanceAddress } from '../../view/aws-console.js';
import { dateTime, duration } from '../../view/format.js';
import { Status, lookOf } from '../../view/status.js';
import { bySeverity } from './progress.js';

interface Row extends ServerRun {
  readonly wave: string;
  readonly region: string;
}

interface Props {
  readonly execution: Execution;
  readonly wave: string | undefined;
  readonly onWave: (wave: string | undefined) => void;
}

const text = strings.servers;
const ALL = { value: '', label: text.all };

/** Every server of the run or of one wave, those with trouble first; a page of them at a time. The clock does not concern it. */
export const ServersTable = memo(function ServersTable({ execution, wave, onWave }: Props) {
  const home = useShell().config.region;
  const rows = useMemo(() => rowsOf(execution, wave, home), [execution, wave, home]);
  const { items, filterProps, paginationProps, collectionProps, filteredItemsCount, actions } = useCollection(rows, {
    filtering: { fields: ['hostname', 'serverId', 'group', 'status', 'phase', 'instanceId', 'reason', 'wave'], noMatch: common.noMatch, empty: text.empty },
    pagination: { pageSize: 50 },
    sorting: {},
  });
  const options = [ALL, ...execution.waves.map(({ name }) => ({ value: name, label: name }))];
  return (
    <div id="servers">
      <Table
        {...collectionProps}
        header={<Header variant="h2" counter={`(${rows.length})`}>{text.title}</Header>}
        trackBy="serverId"
        items={items}
        columnDefinitions={COLUMNS}
        empty={<Box textAlign="center" color="inherit"><b>{text.empty}</b><Box color="inherit">{text.emptyHint}</Box></Box>}
        filter={
          <SpaceBetween direction="horizontal" size="xs">
            <TextFilter
              {...filterProps}
              filteringAriaLabel={text.filter}
              filteringPlaceholder={text.filter}
              countText={common.matches(filteredItemsCount ?? 0)}
            />
            <Select
              ariaLabel={text.wave}
              selectedOption={options.find(({ value }) => value === wave) ?? ALL}
              options={options}
              onChange={({ detail }) => {
                actions.setCurrentPage(1);
                onWave(detail.selectedOption.value || undefined);
              }}
            />
          </SpaceBetween>
        }
        pagination={
          rows.length > 50 ? (
            <Pagination
              {...paginationProps}
              ariaLabels={{ nextPageLabel: text.pages.next, previousPageLabel: text.pages.previous, pageLabel: text.pages.page }}
            />
          ) : undefined
        }
      />
    </div>
  );
});

function rowsOf(execution: Execution, wave: string | undefined, home: string): Row[] {
  return execution.waves
    .filter(({ name }) => wave === undefined || name === wave)
    .flatMap(({ name, region, servers }) => servers.map((server) => ({ ...server, wave: name, region: region || home })))
    .sort(bySeverity);
}

const COLUMNS = [
  {
    id: 'name',
    header: text.name,
    isRowHeader: true,
    sortingField: 'hostname',
    cell: ({ hostname, serverId, criticality }: Row) => (
      <>
        {hostname || serverId}
        {criticality === 'optional' && <Box variant="small" display="inline"> ({text.optional})</Box>}
      </>
    ),
  },
  { id: 'status', header: text.status, sortingField: 'status', cell: ({ status }: Row) => <Status status={status} /> },
  { id: 'phase', header: text.phase, sortingField: 'phase', cell: ({ phase }: Row) => phase || common.none },
  {
    id: 'attempt',
    header: text.attempt,
    cell: ({ attempts = [], hostname }: Row) => (attempts.length === 0 ? '1' : <Attempts attempts={attempts} hostname={hostname} />),
  },
  { id: 'checks', header: text.checks, cell: (row: Row) => <Checks checks={row.checks} /> },
  {
    id: 'instance',
    header: text.instance,
    cell: ({ instanceId, region }: Row) =>
      instanceId ? (
        <Link external href={instanceAddress(instanceId, region)} externalIconAriaLabel={text.openInstance(instanceId)}>
          {instanceId}
        </Link>
      ) : (
        common.none
      ),
  },
  {
    id: 'point',
    header: text.point,
    minWidth: 190,
    // What DRS says it came from; before that, what was chosen for it.
    cell: ({ recoveredFrom, recoverySnapshotAt, recoverySnapshotId }: Row) => (
      <span title={recoverySnapshotId ? text.pointOf(recoverySnapshotId) : undefined}>{dateTime(recoveredFrom ?? recoverySnapshotAt)}</span>
    ),
  },
  { id: 'reason', header: text.reason, minWidth: 220, cell: ({ reason }: Row) => reason || common.none },
  { id: 'wave', header: text.wave, sortingField: 'wave', cell: ({ wave }: Row) => wave },
  { id: 'group', header: text.group, sortingField: 'group', cell: ({ group }: Row) => group },
  { id: 'job', header: text.job, cell: ({ jobId }: Row) => jobId ?? common.none },
  {
    id: 'duration',
    header: text.duration,
    cell: ({ startedAt, launchedAt }: Row) => (startedAt != null && launchedAt != null ? duration(launchedAt - startedAt) : common.none),
  },
];

/** How a server ended before it was launched or checked again. */
function Attempts({ attempts, hostname }: { attempts: readonly ServerAttempt[]; hostname: string }) {
  return (
    <Popover
      size="large"
      header={text.earlier(hostname)}
      dismissAriaLabel={common.close}
      renderWithPortal
      content={
        <ol>
          {attempts.map(({ status, reason, instanceId }, index) => (
            <li key={index}>
              <Status status={status} /> {reason} {instanceId}
            </li>
          ))}
        </ol>
      }
    >
      {attempts.length + 1}
    </Popover>
  );
}

function Checks({ checks }: { checks: readonly CheckRun[] }) {
  if (checks.length === 0) {
    return <>{common.none}</>;
  }
  return (
    <>
      {checks.map((check) => (
        <div key={check.name}>
          <Popover
            size="large"
            fixedWidth
            header={text.check(check.name)}
            dismissAriaLabel={common.close}
            renderWithPortal
            content={
              <SpaceBetween size="xs">
                <Box color="text-body-secondary">{check.required ? text.required : text.notRequired}</Box>
                <pre className="output">{check.output || text.noOutput}</pre>
              </SpaceBetween>
            }
          >
            <StatusIndicator type={lookOf(check.status)}>{check.name}</StatusIndicator>
          </Popover>
        </div>
      ))}
    </>
  );
}
