import { useCollection } from '@cloudscape-design/collection-hooks';
import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import Table from '@cloudscape-design/components/table';
import type { SourceServerDetail } from '../../api/types.js';
import { useClock } from '../../shell/context.js';
import { servers as text } from '../../strings/inventory.js';
import { age, dateTime } from '../../view/format.js';

/** The recovery points of a server, the newest first. */
export function Snapshots({ snapshots }: { snapshots: SourceServerDetail['snapshots'] }) {
  const { now } = useClock();
  const { items, paginationProps, collectionProps } = useCollection(snapshots, { pagination: { pageSize: 20 } });
  const { snapshotPages: pages } = text;
  return (
    <Table
      {...collectionProps}
      header={<Header variant="h2" counter={`(${snapshots.length})`}>{text.snapshots}</Header>}
      trackBy="id"
      items={items}
      empty={<Box textAlign="center">{text.noSnapshots}</Box>}
      pagination={snapshots.length > items.length && (
        <Pagination {...paginationProps} ariaLabels={{ nextPageLabel: pages.next, previousPageLabel: pages.previous, pageLabel: pages.page }} />
      )}
      columnDefinitions={[
        { id: 'id', header: text.columns.id, isRowHeader: true, cell: ({ id }) => id },
        { id: 'at', header: text.taken, cell: ({ at }) => (at == null ? text.beingTaken : dateTime(at)) },
        { id: 'age', header: text.age, cell: ({ at }) => age(at == null ? null : now() - at) },
      ]}
    />
  );
}
