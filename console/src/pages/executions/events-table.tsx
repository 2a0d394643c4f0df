import { useCollection } from '@cloudscape-design/collection-hooks';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import Table from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { memo, useMemo } from 'react';
import { body } from '../../api/client.js';
import { isLive } from '../../api/queries.js';
import type { Execution } from '../../api/types.js';
import { useApi } from '../../shell/context.js';
import { common } from '../../strings/common.js';
import { execution as strings } from '../../strings/executions.js';
import { dateTime } from '../../view/format.js';
import { timeline } from './events.js';

const text = strings.events;

/** What happened, and what people did. */
export const EventsTable = memo(function EventsTable({ execution }: { execution: Execution }) {
  const api = useApi();
  const audit = useQuery({
    queryKey: ['audit', execution.executionId],
    queryFn: () => body(api.GET('/v1/audit', { params: { query: { subject: execution.executionId, limit: 200 } } })),
    refetchInterval: isLive(execution) ? 5000 : false,
  });
  const events = useMemo(() => timeline(execution, audit.data?.items ?? []), [execution, audit.data]);
  const { items, collectionProps, paginationProps } = useCollection(events, { pagination: { pageSize: 50 } });
  return (
    <Table
      {...collectionProps}
      header={<Header variant="h2" counter={`(${events.length})`}>{text.title}</Header>}
      trackBy="id"
      items={items}
      pagination={
        events.length > 50 && <Pagination {...paginationProps} ariaLabels={{ nextPageLabel: text.pages.next, previousPageLabel: text.pages.previous, pageLabel: text.pages.page }} />
      }
      wrapLines
      empty={text.empty}
      columnDefinitions={[
        { id: 'time', header: text.time, cell: ({ at }) => dateTime(at), width: 200, minWidth: 190 },
        {
          id: 'what',
          header: text.what,
          isRowHeader: true,
          cell: ({ what, detail }) => (detail ? `${what}: ${detail}` : what),
          minWidth: 200,
        },
        { id: 'who', header: text.who, cell: ({ who }) => who || common.none, width: 160 },
      ]}
    />
  );
});
