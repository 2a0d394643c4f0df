import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { body, byToken } from '../../api/client.js';
import { itemsOf } from '../../api/queries.js';
import type { AuditEvent } from '../../api/types.js';
import { useApi } from '../../shell/context.js';
import { Failure } from '../../shell/query-state.js';
import { common } from '../../strings/common.js';
import { audit as text } from '../../strings/inventory.js';
import { dateTime } from '../../view/format.js';
import { NextPage } from '../../view/next-page.js';
import { usePages } from '../../view/pages.js';

/** Who did what. The API filters: the log is longer than anybody loads. */
export default function AuditPage() {
  const api = useApi();
  const [search, setSearch] = useSearchParams();
  const [actor, setActor] = useState(search.get('actor') ?? '');
  const [subject, setSubject] = useState(search.get('subject') ?? '');
  const wanted = { actor: search.get('actor') ?? undefined, subject: search.get('subject') ?? undefined };
  const query = useInfiniteQuery({
    queryKey: ['audit-log', wanted],
    queryFn: ({ pageParam }) => body(api.GET('/v1/audit', { params: { query: { ...wanted, nextToken: pageParam, limit: 50 } } })),
    ...byToken,
  });
  const pages = usePages(itemsOf(query.data));
  if (query.error && !query.data) {
    return <Failure error={query.error} retry={() => void query.refetch()} />;
  }
  const apply = () => setSearch({ ...(actor.trim() && { actor: actor.trim() }), ...(subject.trim() && { subject: subject.trim() }) });
  return (
    <Table
      variant="full-page"
      stickyHeader
      trackBy="id"
      {...pages.rows}
      pagination={pages.pagination}
      loading={query.isPending}
      loadingText={common.loading}
      wrapLines
      header={<Header variant="h1" description={text.description}>{text.title}</Header>}
      empty={<Box textAlign="center">{text.empty}</Box>}
      filter={
        <form
          onSubmit={(event) => {
            event.preventDefault();
            apply();
          }}
        >
          <SpaceBetween direction="horizontal" size="s" alignItems="end">
            <FormField label={text.actor}><Input value={actor} onChange={({ detail }) => setActor(detail.value)} /></FormField>
            <FormField label={text.subject}><Input value={subject} onChange={({ detail }) => setSubject(detail.value)} /></FormField>
            <Button>{text.apply}</Button>
          </SpaceBetween>
        </form>
      }
      columnDefinitions={COLUMNS}
      footer={<NextPage query={query} pages={pages} />}
    />
  );
}

const { columns } = text;
const COLUMNS = [
  { id: 'at', header: columns.at, isRowHeader: true, cell: ({ at }: AuditEvent) => dateTime(at), minWidth: 190 },
  { id: 'actor', header: columns.actor, cell: (event: AuditEvent) => event.actor, minWidth: 100 },
  { id: 'action', header: columns.action, cell: ({ action }: AuditEvent) => action, minWidth: 160 },
  { id: 'subject', header: columns.subject, cell: (event: AuditEvent) => event.subject, minWidth: 180 },
  { id: 'detail', header: columns.detail, cell: ({ detail }: AuditEvent) => detail || common.none, minWidth: 180 },
  { id: 'roles', header: columns.roles, cell: ({ roles }: AuditEvent) => roles.join(', '), minWidth: 110 },
  { id: 'source', header: columns.source, cell: ({ sourceAddress }: AuditEvent) => sourceAddress, minWidth: 110 },
];
