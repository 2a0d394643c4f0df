import { useCollection } from '@cloudscape-design/collection-hooks';
import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import Toggle from '@cloudscape-design/components/toggle';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { body, byToken } from '../../api/client.js';
import { itemsOf, useEveryPage } from '../../api/queries.js';
import type { Group, ServerLaunchSettings } from '../../api/types.js';
import { useApi } from '../../shell/context.js';
import { Failure } from '../../shell/query-state.js';
import { common } from '../../strings/common.js';
import { groups as text, servers } from '../../strings/inventory.js';
import { counted } from '../../view/format.js';

const pairs = (values: Record<string, string>) => Object.entries(values).map(([key, value]) => `${key}: ${value}`).join(', ') || common.none;

/** What the group wants of each server, what DRS has, and where that differs. */
export function Drift({ group }: { group: Group }) {
  const wants = Object.keys(group.launchSettings ?? {}).length > 0 || Object.keys(group.serverLaunchSettings ?? {}).length > 0;
  return wants ? <Settings name={group.name} /> : <Container header={<Header variant="h2">{text.settings}</Header>}>{text.noSettings}</Container>;
}

function useLaunchSettings(name: string) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: ['launch-settings', name],
    queryFn: ({ pageParam }) =>
      body(api.GET('/v1/protection-groups/{name}/launch-settings', { params: { path: { name }, query: { limit: 200, nextToken: pageParam } } })),
    ...byToken,
    // Each server is a question to DRS.
    staleTime: 60_000,
  });
}

function Settings({ name }: { name: string }) {
  const query = useEveryPage(useLaunchSettings(name));
  const [onlyDrift, setOnlyDrift] = useState(false);
  const all = itemsOf(query.data);
  const odd = all.filter(({ drift, error }) => drift.length > 0 || error != null);
  const { items, filterProps, paginationProps, collectionProps, filteredItemsCount } = useCollection(onlyDrift ? odd : all, {
    filtering: { fields: ['hostname', 'serverId'], empty: text.noDrift, noMatch: <Box textAlign="center">{common.noMatch}</Box> },
    pagination: { pageSize: 50 },
    sorting: {},
  });
  if (query.error && all.length === 0) {
    return <Failure error={query.error} retry={() => void query.refetch()} />;
  }
  return (
    <SpaceBetween size="l">
      {query.error && <Alert type="warning">{query.error.message}</Alert>}
      <Table
        {...collectionProps}
        header={
          <Header variant="h2" counter={`(${all.length})`} description={all.length > 0 ? text.drifting(odd.length, all.length) : undefined}
            actions={<Toggle checked={onlyDrift} onChange={({ detail }) => setOnlyDrift(detail.checked)}>{text.onlyDrift}</Toggle>}>
            {text.settings}
          </Header>
        }
        trackBy="serverId"
        items={items}
        wrapLines
        loading={query.isPending}
        loadingText={common.loading}
        filter={<TextFilter {...filterProps} filteringClearAriaLabel={common.clearFilter} filteringAriaLabel={text.findSettings} filteringPlaceholder={text.findSettings} countText={common.matches(filteredItemsCount ?? 0)} />}
        pagination={<Pagination {...paginationProps} ariaLabels={{ nextPageLabel: servers.pages.next, previousPageLabel: servers.pages.previous, pageLabel: servers.pages.page }} />}
        columnDefinitions={COLUMNS}
      />
    </SpaceBetween>
  );
}

const COLUMNS = [
  {
    id: 'server',
    header: servers.columns.server,
    isRowHeader: true,
    minWidth: 140,
    sortingField: 'hostname',
    cell: ({ hostname, serverId }: ServerLaunchSettings) => hostname || serverId,
  },
  { id: 'wanted', header: text.wanted, minWidth: 180, cell: ({ wanted }: ServerLaunchSettings) => pairs(wanted) },
  { id: 'live', header: text.live, minWidth: 180, cell: ({ live }: ServerLaunchSettings) => pairs(live) },
  {
    id: 'drift',
    header: text.drift,
    minWidth: 200,
    cell: ({ drift, error }: ServerLaunchSettings) => {
      if (error != null) {
        return <><StatusIndicator type="error">{text.notRead}</StatusIndicator><div>{error}</div></>;
      }
      if (drift.length === 0) {
        return <StatusIndicator type="success">{text.noDrift}</StatusIndicator>;
      }
      // Beside the sign and not in it: what is in it is broken inside words.
      return (
        <>
          <StatusIndicator type="warning">{counted(drift.length, text.difference)}</StatusIndicator>
          {drift.map(({ setting, wanted, live }) => <div key={setting}>{setting}: {live ?? common.none} → {wanted}</div>)}
        </>
      );
    },
  },
];
