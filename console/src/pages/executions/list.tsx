import { useCollection } from '@cloudscape-design/collection-hooks';
import Box from '@cloudscape-design/components/box';
import Checkbox from '@cloudscape-design/components/checkbox';
import Header from '@cloudscape-design/components/header';
import PropertyFilter from '@cloudscape-design/components/property-filter';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useState } from 'react';
import { itemsOf, useExecutions } from '../../api/queries.js';
import type { ExecutionSummary } from '../../api/types.js';
import { to } from '../../routes.js';
import { useClock } from '../../shell/context.js';
import { Link } from '../../shell/link.js';
import { Failure } from '../../shell/query-state.js';
import { StaleNotice } from '../../shell/stale-notice.js';
import { common } from '../../strings/common.js';
import { executions as text } from '../../strings/executions.js';
import { PROPERTY_FILTER_STRINGS } from '../../strings/property-filter.js';
import { Empty } from '../../view/empty.js';
import { dateTime, duration, words } from '../../view/format.js';
import { NextPage } from '../../view/next-page.js';
import { usePages } from '../../view/pages.js';
import { Status } from '../../view/status.js';

/** The history, newest first. */
export default function ExecutionsPage() {
  const [leftOver, setLeftOver] = useState(false);
  const query = useExecutions(leftOver ? { leftOver } : {});
  const { now } = useClock();
  const { items, propertyFilterProps, collectionProps, filteredItemsCount } = useCollection(itemsOf(query.data), {
    propertyFiltering: { filteringProperties: PROPERTIES, empty: <Empty words={text} />, noMatch: <Box textAlign="center">{common.noMatch}</Box> },
    sorting: {},
  });
  const pages = usePages(items);
  if (query.error && !query.data) {
    return <Failure error={query.error} retry={() => void query.refetch()} />;
  }
  return (
    <>
      <StaleNotice query={query} />
      <Table
        {...collectionProps}
        variant="full-page"
        stickyHeader
        trackBy="executionId"
        {...pages.rows}
        pagination={pages.pagination}
        loading={query.isPending}
        loadingText={common.loading}
        header={<Header variant="h1" description={text.description}>{text.title}</Header>}
        columnDefinitions={columns(now())}
        filter={
          <SpaceBetween size="xs">
            <PropertyFilter
              {...propertyFilterProps}
              i18nStrings={PROPERTY_FILTER_STRINGS}
              filteringAriaLabel={text.filterLabel}
              filteringPlaceholder={text.filterPlaceholder}
              countText={common.matches(filteredItemsCount ?? 0)}
            />
            <Checkbox checked={leftOver} onChange={({ detail }) => setLeftOver(detail.checked)}>{text.leftOverOnly}</Checkbox>
          </SpaceBetween>
        }
        footer={<NextPage query={query} pages={pages} />}
      />
    </>
  );
}

const property = (key: string, label: string) => ({ key, propertyLabel: label, groupValuesLabel: label, operators: ['=' as const, '!=' as const, ':' as const] });

const PROPERTIES = [
  property('planId', text.columns.plan),
  property('mode', text.columns.mode),
  property('status', text.columns.status),
  property('startedBy', text.columns.startedBy),
  property('executionId', text.columns.id),
];

function columns(now: number) {
  const { columns: header } = text;
  return [
    {
      id: 'id',
      header: header.id,
      isRowHeader: true,
      cell: ({ executionId }: ExecutionSummary) => <Link href={to.execution(executionId)}>{executionId}</Link>,
    },
    { id: 'mode', header: header.mode, sortingField: 'mode', cell: ({ mode }: ExecutionSummary) => words(mode) },
    { id: 'status', header: header.status, sortingField: 'status', cell: ({ status }: ExecutionSummary) => <Status status={status} /> },
    { id: 'startedAt', header: header.startedAt, sortingField: 'startedAt', cell: ({ startedAt }: ExecutionSummary) => dateTime(startedAt) },
    {
      id: 'duration',
      header: header.duration,
      cell: ({ startedAt, endedAt }: ExecutionSummary) => duration((endedAt ?? now) - startedAt),
    },
    { id: 'rto', header: header.rto, sortingField: 'rtoSeconds', cell: ({ rtoSeconds }: ExecutionSummary) => duration(rtoSeconds) },
    {
      id: 'servers',
      header: header.servers,
      cell: ({ servers }: ExecutionSummary) => (servers ? text.recovered(servers.recovered, servers.total) : common.none),
    },
    { id: 'startedBy', header: header.startedBy, sortingField: 'startedBy', cell: ({ startedBy }: ExecutionSummary) => startedBy },
    {
      id: 'leftOver',
      header: header.leftOver,
      cell: ({ leftOver }: ExecutionSummary) => (leftOver ? text.leftOver(leftOver.instances, leftOver.runningHours) : common.none),
    },
  ];
}
