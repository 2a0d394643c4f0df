import { useCollection } from '@cloudscape-design/collection-hooks';
import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { body } from '../../api/client.js';
import type { Group, ResolvedGroup } from '../../api/types.js';
import { to } from '../../routes.js';
import { useApi } from '../../shell/context.js';
import { Link } from '../../shell/link.js';
import { QueryState } from '../../shell/query-state.js';
import { common } from '../../strings/common.js';
import { groups as text, servers } from '../../strings/inventory.js';
import { words } from '../../view/format.js';

/** The servers that the group has now, live from DRS. */
export function Members({ group }: { group: Group }) {
  const api = useApi();
  const query = useQuery({
    queryKey: ['resolve', group.name],
    queryFn: () => body(api.POST('/v1/protection-groups/{name}/resolve', { params: { path: { name: group.name } }, body: {} })),
  });
  return <QueryState query={query}>{(resolved) => <MembersTable group={group} resolved={resolved} />}</QueryState>;
}

const { pages, columns } = servers;

function MembersTable({ group, resolved }: { group: Group; resolved: ResolvedGroup }) {
  const { missing, region } = resolved;
  const rows = useMemo(() => {
    const criticality = new Map((group.servers ?? []).map((member) => [member.id, member.criticality ?? 'critical']));
    return resolved.items.map((server) => ({ ...server, criticality: criticality.get(server.id) ?? 'critical', others: server.otherGroups.join(', ') }));
  }, [group, resolved]);
  const { items, filterProps, paginationProps, collectionProps, filteredItemsCount } = useCollection(rows, {
    filtering: {
      fields: ['hostname', 'id', 'replicationState', 'criticality', 'others'],
      empty: text.noMembers,
      noMatch: <Box textAlign="center">{common.noMatch}</Box>,
    },
    pagination: { pageSize: 50 },
    sorting: {},
  });
  return (
    <SpaceBetween size="l">
      {missing.length > 0 && <Alert type="error">{text.missing(missing.join(', '))}</Alert>}
      <Table
        {...collectionProps}
        header={<Header variant="h2" counter={`(${rows.length})`}>{text.members}</Header>}
        trackBy="id"
        items={items}
        filter={<TextFilter {...filterProps} filteringClearAriaLabel={common.clearFilter} filteringAriaLabel={text.findMembers} filteringPlaceholder={text.findMembers} countText={common.matches(filteredItemsCount ?? 0)} />}
        pagination={<Pagination {...paginationProps} ariaLabels={{ nextPageLabel: pages.next, previousPageLabel: pages.previous, pageLabel: pages.page }} />}
        columnDefinitions={[
          {
            id: 'server',
            header: columns.server,
            isRowHeader: true,
            sortingField: 'hostname',
            cell: ({ id, hostname }) => <Link href={to.server(id, region)}>{hostname || id}</Link>,
          },
          { id: 'id', header: columns.id, sortingField: 'id', cell: ({ id }) => id },
          { id: 'state', header: columns.state, sortingField: 'replicationState', cell: ({ replicationState }) => words(replicationState) },
          { id: 'criticality', header: text.criticality, sortingField: 'criticality', cell: ({ criticality }) => words(criticality) },
          {
            id: 'other',
            header: text.otherGroups,
            sortingField: 'others',
            cell: ({ others }) => (others ? <StatusIndicator type="warning">{others}</StatusIndicator> : common.none),
          },
        ]}
      />
    </SpaceBetween>
  );
}
