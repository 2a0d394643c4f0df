import { useCollection } from '@cloudscape-design/collection-hooks';
import Header from '@cloudscape-design/components/header';
import Table from '@cloudscape-design/components/table';
import type { GroupDocument } from '../../../api/types.js';
import { Failure } from '../../../shell/query-state.js';
import { common } from '../../../strings/common.js';
import { groupEditor as text } from '../../../strings/editors.js';
import { servers as serverStrings } from '../../../strings/inventory.js';
import { words } from '../../../view/format.js';
import { PromptFilter, PromptPagination, atLeisure } from '../../../view/prompt.js';
import { useRegionServers } from './use-candidates.js';

interface Props {
  readonly group: GroupDocument;
  readonly onGroup: (group: GroupDocument) => void;
}

const { columns, pages } = serverStrings;

/** Every source server, and which group holds it: one is enough. */
export function ByServer({ group, onGroup }: Props) {
  const { query, items: all, isComplete } = useRegionServers(group.region);
  const chosen = new Map((group.servers ?? []).map((member) => [member.id, member]));
  const { items, filterProps, paginationProps, collectionProps, filteredItemsCount } = useCollection(all, {
    filtering: { fields: ['hostname', 'id', 'group', 'region'], empty: serverStrings.empty, noMatch: common.noMatch },
    pagination: { pageSize: 20 },
    sorting: {},
  });
  const failure = isComplete ? null : query.error;
  return (
    <Table
      {...collectionProps}
      onSortingChange={atLeisure(collectionProps.onSortingChange)}
      variant="embedded"
      header={<Header variant="h3" counter={`(${text.chosen(chosen.size)})`}>{text.servers}</Header>}
      trackBy="id"
      items={failure ? [] : items}
      // All or none: whoever chooses by name must not take one that is not read yet for one that is not there.
      loading={!isComplete && !query.error}
      loadingText={common.loading}
      {...(failure && { empty: <Failure error={failure} retry={() => void query.refetch()} /> })}
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
        <PromptFilter {...filterProps} filteringAriaLabel={serverStrings.filterLabel} filteringPlaceholder={serverStrings.filterPlaceholder} countText={common.matches(filteredItemsCount ?? 0)} />
      }
      pagination={<PromptPagination {...paginationProps} ariaLabels={{ nextPageLabel: pages.next, previousPageLabel: pages.previous, pageLabel: pages.page }} />}
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
