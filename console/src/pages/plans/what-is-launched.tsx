import Header from '@cloudscape-design/components/header';
import Spinner from '@cloudscape-design/components/spinner';
import Table from '@cloudscape-design/components/table';
import { useQueries } from '@tanstack/react-query';
import { body } from '../../api/client.js';
import type { Plan } from '../../api/types.js';
import { useApi } from '../../shell/context.js';
import { start as text } from '../../strings/plans.js';
import { counted } from '../../view/format.js';
import { usePages } from '../../view/pages.js';

/** More names than this nobody reads; the number is exact all the same. */
const SHOWN = 12;

/** The servers of each wave, live from DRS: those that the run will launch if nothing changes until then. */
export function WhatIsLaunched({ plan }: { plan: Plan }) {
  const api = useApi();
  const groups = plan.waves.flatMap(({ groups }) => groups);
  const resolved = useQueries({
    queries: groups.map((name) => ({
      queryKey: ['resolve', name],
      queryFn: () => body(api.POST('/v1/protection-groups/{name}/resolve', { params: { path: { name } }, body: {} })),
      staleTime: 0,
    })),
  });
  const byGroup = new Map(groups.map((name, index) => [name, resolved[index]]));
  const servers = (names: readonly string[]) => {
    const answers = names.map((name) => byGroup.get(name));
    const failed = answers.find((answer) => answer?.error);
    if (failed?.error) {
      return failed.error.message;
    }
    if (answers.some((answer) => answer?.data === undefined)) {
      return <Spinner />;
    }
    const hosts = answers.flatMap((answer) => answer?.data?.items ?? []).map(({ hostname, id }) => hostname || id);
    const more = hosts.length > SHOWN ? ', …' : '';
    return `${counted(hosts.length, 'server')}: ${hosts.slice(0, SHOWN).join(', ')}${more}`;
  };
  const pages = usePages(plan.waves);
  return (
    <Table
      variant="embedded"
      header={<Header variant="h3">{text.launched}</Header>}
      trackBy="name"
      {...pages.rows}
      pagination={pages.pagination}
      wrapLines
      columnDefinitions={[
        { id: 'wave', header: text.wave, isRowHeader: true, cell: ({ name }) => name, width: 200 },
        { id: 'servers', header: text.servers, cell: ({ groups: names }) => servers(names) },
      ]}
    />
  );
}
