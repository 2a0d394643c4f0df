import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import Table from '@cloudscape-design/components/table';
import { memo } from 'react';
import { itemsOf, useExecutionEvents } from '../../api/queries.js';
import type { TimelineEvent } from '../../api/types.js';
import { Failure } from '../../shell/query-state.js';
import { common } from '../../strings/common.js';
import { execution as strings } from '../../strings/executions.js';
import { dateTime } from '../../view/format.js';
import { NextPage } from '../../view/next-page.js';
import { usePages } from '../../view/pages.js';

const text = strings.events;

interface Props {
  readonly executionId: string;
  readonly live: boolean;
}

/** What happened, newest first, as the API tells it: it comes by itself while the run goes on. */
export const EventsTable = memo(function EventsTable({ executionId, live }: Props) {
  const query = useExecutionEvents(executionId, live);
  const items = itemsOf(query.data);
  const pages = usePages(items, text.pages);
  if (query.error && !query.data) {
    return <Failure error={query.error} retry={() => void query.refetch()} />;
  }
  return (
    <Table
      header={
        <Header variant="h2" counter={query.data && `(${items.length}${query.hasNextPage ? '+' : ''})`} description={text.description}>
          {text.title}
        </Header>
      }
      trackBy="id"
      {...pages.rows}
      pagination={pages.pagination}
      loading={query.isPending}
      loadingText={common.loading}
      wrapLines
      empty={<Box textAlign="center">{text.empty}</Box>}
      columnDefinitions={COLUMNS}
      footer={<NextPage query={query} pages={pages} label={text.older} />}
    />
  );
});

const COLUMNS = [
  { id: 'time', header: text.time, cell: ({ at }: TimelineEvent) => dateTime(at), width: 200, minWidth: 190 },
  { id: 'what', header: text.what, isRowHeader: true, cell: (event: TimelineEvent) => event.text, minWidth: 200 },
  { id: 'who', header: text.who, cell: ({ by }: TimelineEvent) => by || common.none, width: 160 },
];
