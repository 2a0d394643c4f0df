import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Table from '@cloudscape-design/components/table';
import { memo } from 'react';
import { isLive, itemsOf, useExecutionEvents } from '../../api/queries.js';
import type { Execution, TimelineEvent } from '../../api/types.js';
import { Failure } from '../../shell/query-state.js';
import { common } from '../../strings/common.js';
import { execution as strings } from '../../strings/executions.js';
import { dateTime } from '../../view/format.js';

const text = strings.events;

interface Props {
  readonly execution: Pick<Execution, 'executionId' | 'endedAt' | 'cleanup'>;
}

/** What happened, newest first, as the API tells it: it comes by itself while the run goes on. */
export const EventsTable = memo(function EventsTable({ execution }: Props) {
  const query = useExecutionEvents(execution.executionId, isLive(execution));
  const items = itemsOf(query.data);
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
      items={items}
      loading={query.isPending}
      loadingText={common.loading}
      wrapLines
      empty={<Box textAlign="center">{text.empty}</Box>}
      columnDefinitions={COLUMNS}
      footer={
        query.isFetchNextPageError ? (
          <Alert type="error">{common.errors.failed}</Alert>
        ) : (
          query.hasNextPage && (
            <Box textAlign="center">
              <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{text.older}</Button>
            </Box>
          )
        )
      }
    />
  );
});

const COLUMNS = [
  { id: 'time', header: text.time, cell: ({ at }: TimelineEvent) => dateTime(at), width: 200, minWidth: 190 },
  { id: 'what', header: text.what, isRowHeader: true, cell: (event: TimelineEvent) => event.text, minWidth: 200 },
  { id: 'who', header: text.who, cell: ({ by }: TimelineEvent) => by || common.none, width: 160 },
];
