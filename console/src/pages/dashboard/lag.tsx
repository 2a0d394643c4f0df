import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { body } from '../../api/client.js';
import { to } from '../../routes.js';
import { useApi } from '../../shell/context.js';
import { Link } from '../../shell/link.js';
import { common } from '../../strings/common.js';
import { dashboard as text } from '../../strings/dashboard.js';
import { age, words } from '../../view/format.js';

/** How many servers are in which state, and those that lag most. */
export function Lag() {
  const api = useApi();
  const query = useQuery({
    queryKey: ['lag'],
    queryFn: () => body(api.GET('/v1/source-servers', { params: { query: { sort: '-lagSeconds', limit: 8 } } })),
    refetchInterval: 60_000,
  });
  const { lagColumns: columns } = text;
  const states = statesOf(query.data?.regions ?? []);
  return (
    <Table
      header={<Header variant="h2" {...(query.data && { description: text.servers(query.data.total) })}>{text.lag}</Header>}
      filter={states.length > 0 && (
        <SpaceBetween direction="horizontal" size="l">
          {states.map(([state, count]) => <Box key={state} variant="span"><b>{count}</b> {words(state) || text.noState}</Box>)}
        </SpaceBetween>
      )}
      trackBy="id"
      items={query.data?.items ?? []}
      loading={query.isPending}
      loadingText={common.loading}
      empty={<Box textAlign="center">{query.error ? query.error.message : text.noServers}</Box>}
      columnDefinitions={[
        {
          id: 'server',
          header: columns.server,
          isRowHeader: true,
          cell: ({ hostname, id, region }) => <Link href={to.server(id, region)}>{hostname || id}</Link>,
        },
        { id: 'lag', header: columns.lag, cell: ({ lagSeconds }) => age(lagSeconds) },
        { id: 'state', header: columns.state, cell: ({ replicationState }) => words(replicationState) },
        { id: 'region', header: columns.seen, cell: ({ region }) => region },
      ]}
    />
  );
}

/** Of all Regions together, the most frequent state first. */
export function statesOf(regions: readonly { replicationStates?: Readonly<Record<string, number>> }[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const [state, count] of regions.flatMap(({ replicationStates }) => Object.entries(replicationStates ?? {}))) {
    counts.set(state, (counts.get(state) ?? 0) + count);
  }
  return [...counts].sort(([a, many], [b, more]) => more - many || a.localeCompare(b));
}
