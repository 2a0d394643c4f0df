import { useCollection } from '@cloudscape-design/collection-hooks';
import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import Table from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import type { GroupDocument } from '../../../api/types.js';
import { common } from '../../../strings/common.js';
import { groupEditor as text } from '../../../strings/editors.js';
import { servers as serverStrings } from '../../../strings/inventory.js';
import { words } from '../../../view/format.js';
import { useRegionServers } from './use-candidates.js';

interface Props {
  readonly group: GroupDocument;
  readonly onGroup: (group: GroupDocument) => void;
}

const { columns, pages } = serverStrings;

/** Every source server, and which group holds it: one is enough. */
export function ByServer({ group, onGroup }: Props) {
  const { query, items: all } = useRegionServers(group.region);
  const chosen = new Map((group.servers ?? []).map((member) => [member.id, member]));
  const { items, filterProps, paginationProps, collectionProps, filteredItemsCount } = useCollection(all, {
    filtering: { fields: ['hostname', 'id', 'group', 'region'], empty: serverStrings.empty, noMatch: common.noMatch },
    pagination: { pageSize: 20 },
    sorting: {},
  });
  return (
    <Table
      {...collectionProps}
      variant="embedded"
      header={<Header variant="h3" counter={`(${text.chosen(chosen.size)})`}>{text.servers}</Header>}
      trackBy="id"
      items={items}
      loading={query.isPending}
      loadingText={common.loading}
      empty={<Box textAlign="center">{query.error ? query.error.message : serverStrings.empty}</Box>}
      selectionType="multi"
      selectedItems={all.filter(({ id }) => chosen.has(id))}
      ariaLabels={{
        tableLabel: text.servers,
        allItemsSelectionLabel: () => text.selectAll,
        itemSelectionLabel: (_, { hostname, id }) => text.select(hostname || id),
      }}
      onSelectionChange={({ detail }) => {
        // A member that the inventory does not know stays: it was not taken out by anybody.
        const known = new Set(all.map(({ id }) => id));
        const unknown = (group.servers ?? []).filter(({ id }) => !known.has(id));
        onGroup({ ...group, servers: [...unknown, ...detail.selectedItems.map(({ id }) => chosen.get(id) ?? { id })] });
      }}
      filter={
        <TextFilter {...filterProps} filteringClearAriaLabel={common.clearFilter} filteringAriaLabel={serverStrings.filterLabel} filteringPlaceholder={serverStrings.filterPlaceholder} countText={common.matches(filteredItemsCount ?? 0)} />
      }
      pagination={<Pagination {...paginationProps} ariaLabels={{ nextPageLabel: pages.next, previousPageLabel: pages.previous, pageLabel: pages.page }} />}
      columnDefinitions={[
        { id: 'server', header: columns.server, isRowHeader: true, sortingField: 'hostname', cell: ({ hostname, id }) => hostname || id },
        { id: 'id', header: columns.id, sortingField: 'id', cell: ({ id }) => id },
        { id: 'group', header: text.elsewhere, sortingField: 'group', cell: (server) => server.group },
        { id: 'state', header: columns.state, sortingField: 'replicationState', cell: ({ replicationState }) => words(replicationState) },
        { id: 'region', header: columns.region, sortingField: 'region', cell: ({ region }) => region },
      ]}
    />
  );
}
