import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import Table from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { body } from '../../api/client.js';
import { useApi } from '../../shell/context.js';
import { common } from '../../strings/common.js';
import { dashboard as text } from '../../strings/dashboard.js';
import { age, words } from '../../view/format.js';

/** The servers that lag most. */
export function Lag() {
  const api = useApi();
  const query = useQuery({
    queryKey: ['lag'],
    queryFn: () => body(api.GET('/v1/source-servers', { params: { query: { sort: '-lagSeconds', limit: 8 } } })),
    refetchInterval: 60_000,
  });
  const { lagColumns: columns } = text;
  return (
    <Table
      header={<Header variant="h2" {...(query.data && { description: text.servers(query.data.total) })}>{text.lag}</Header>}
      trackBy="id"
      items={query.data?.items ?? []}
      loading={query.isPending}
      loadingText={common.loading}
      empty={<Box textAlign="center">{query.error ? query.error.message : text.noServers}</Box>}
      columnDefinitions={[
        { id: 'server', header: columns.server, isRowHeader: true, cell: ({ hostname, id }) => hostname || id },
        { id: 'lag', header: columns.lag, cell: ({ lagSeconds }) => age(lagSeconds) },
        { id: 'state', header: columns.state, cell: ({ replicationState }) => words(replicationState) },
        { id: 'region', header: columns.seen, cell: ({ region }) => region },
      ]}
    />
  );
}
