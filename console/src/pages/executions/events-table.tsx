import Header from '@cloudscape-design/components/header';
import Table from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
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
export function EventsTable({ execution }: { execution: Execution }) {
  const api = useApi();
  const audit = useQuery({
    queryKey: ['audit', execution.executionId],
    queryFn: () => body(api.GET('/v1/audit', { params: { query: { subject: execution.executionId, limit: 200 } } })),
    refetchInterval: isLive(execution) ? 5000 : false,
  });
  const events = timeline(execution, audit.data?.items ?? []);
  return (
    <Table
      header={<Header variant="h2" counter={`(${events.length})`}>{text.title}</Header>}
      trackBy="id"
      items={events}
      wrapLines
      empty={text.empty}
      columnDefinitions={[
        { id: 'time', header: text.time, cell: ({ at }) => dateTime(at), width: 200 },
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
}
