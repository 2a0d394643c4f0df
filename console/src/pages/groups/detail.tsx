import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from 'react-router';
import { body } from '../../api/client.js';
import { itemsOf, useEveryPage, usePlans } from '../../api/queries.js';
import type { Group } from '../../api/types.js';
import { to } from '../../routes.js';
import { useApi, useMay } from '../../shell/context.js';
import { Link } from '../../shell/link.js';
import { QueryState } from '../../shell/query-state.js';
import { common } from '../../strings/common.js';
import { deletion } from '../../strings/deletion.js';
import { groupEditor } from '../../strings/editors.js';
import { groups as text, servers } from '../../strings/inventory.js';
import { DeleteButton } from '../../view/delete-button.js';
import { dateTime, words } from '../../view/format.js';
import { selectionText } from './selection.js';

/** One protection group: its servers now, and the launch settings that it wants. */
export default function GroupPage() {
  const { groupName = '' } = useParams();
  const api = useApi();
  const path = { name: groupName };
  const query = useQuery({
    queryKey: ['group', groupName],
    queryFn: () => body(api.GET('/v1/protection-groups/{name}', { params: { path } })),
  });
  return (
    <QueryState query={query}>
      {(group) => (
        <ContentLayout header={<Header variant="h1" description={group.description} actions={<GroupActions group={group} />}>{group.name}</Header>}>
          <SpaceBetween size="l">
            <Facts group={group} />
            <Members group={group} />
            <Settings group={group} />
          </SpaceBetween>
        </ContentLayout>
      )}
    </QueryState>
  );
}

function GroupActions({ group }: { group: Group }) {
  const navigate = useNavigate();
  if (!useMay('Plan')) {
    return null;
  }
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Delete group={group} />
      <Button onClick={() => void navigate(to.editGroup(group.name))}>{groupEditor.editAction}</Button>
    </SpaceBetween>
  );
}

function Delete({ group: { name, version } }: { group: Group }) {
  const api = useApi();
  const navigate = useNavigate();
  const params = { path: { name }, header: { 'If-Match': `"${version}"` } };
  return (
    <DeleteButton
      name={name}
      hint={deletion.group}
      onDelete={() => body(api.DELETE('/v1/protection-groups/{name}', { params }))}
      onDeleted={() => void navigate(to.groups)}
      inTheWay={<PlansOf group={name} />}
    />
  );
}

/** The plans that use a group, to go there. */
function PlansOf({ group }: { group: string }) {
  const plans = itemsOf(useEveryPage(usePlans()).data).filter(({ waves }) => waves.some(({ groups }) => groups.includes(group)));
  return <ul>{plans.map(({ name }) => <li key={name}><Link href={to.plan(name)}>{name}</Link></li>)}</ul>;
}

function Facts({ group }: { group: Group }) {
  const { facts } = text;
  return (
    <Container>
      <KeyValuePairs
        columns={4}
        items={[
          { label: facts.selection, value: selectionText(group) },
          { label: facts.region, value: group.region ?? text.home },
          { label: facts.checks, value: (group.healthChecks ?? []).map(({ name }) => name).join(', ') || common.none },
          { label: facts.version, value: `${group.version}, ${text.changed(group.updatedBy, dateTime(group.updatedAt))}` },
        ]}
      />
    </Container>
  );
}

function Members({ group }: { group: Group }) {
  const api = useApi();
  const query = useQuery({
    queryKey: ['resolve', group.name],
    queryFn: () => body(api.POST('/v1/protection-groups/{name}/resolve', { params: { path: { name: group.name } }, body: {} })),
  });
  const criticality = new Map((group.servers ?? []).map((member) => [member.id, member.criticality ?? 'critical']));
  return (
    <QueryState query={query}>
      {({ items, missing, region }) => (
        <SpaceBetween size="l">
          {missing.length > 0 && <Alert type="error">{text.missing(missing.join(', '))}</Alert>}
          <Table
            header={<Header variant="h2" counter={`(${items.length})`}>{text.members}</Header>}
            trackBy="id"
            items={items}
            empty={<Box textAlign="center">{text.noMembers}</Box>}
            columnDefinitions={[
              {
                id: 'server',
                header: servers.columns.server,
                isRowHeader: true,
                cell: ({ id, hostname }) => <Link href={to.server(id, region)}>{hostname || id}</Link>,
              },
              { id: 'id', header: servers.columns.id, cell: ({ id }) => id },
              { id: 'state', header: servers.columns.state, cell: ({ replicationState }) => words(replicationState) },
              { id: 'criticality', header: text.criticality, cell: ({ id }) => criticality.get(id) ?? 'critical' },
              { id: 'other', header: text.otherGroups, cell: ({ otherGroups }) => otherGroups.join(', ') || common.none },
            ]}
          />
        </SpaceBetween>
      )}
    </QueryState>
  );
}

const pairs = (values: Record<string, string>) => Object.entries(values).map(([key, value]) => `${key}: ${value}`).join(', ') || common.none;

function Settings({ group }: { group: Group }) {
  const api = useApi();
  const wants = Object.keys(group.launchSettings ?? {}).length > 0 || Object.keys(group.serverLaunchSettings ?? {}).length > 0;
  const query = useQuery({
    queryKey: ['launch-settings', group.name],
    queryFn: () => body(api.GET('/v1/protection-groups/{name}/launch-settings', { params: { path: { name: group.name }, query: { limit: 200 } } })),
    enabled: wants,
  });
  if (!wants) {
    return <Container header={<Header variant="h2">{text.settings}</Header>}>{text.noSettings}</Container>;
  }
  return (
    <QueryState query={query}>
      {({ items }) => (
        <Table
          header={<Header variant="h2" counter={`(${items.length})`}>{text.settings}</Header>}
          trackBy="serverId"
          items={items}
          wrapLines
          columnDefinitions={[
            { id: 'server', header: servers.columns.server, isRowHeader: true, cell: ({ hostname, serverId }) => hostname || serverId, minWidth: 140 },
            { id: 'wanted', header: text.wanted, cell: ({ wanted }) => pairs(wanted), minWidth: 200 },
            {
              id: 'drift',
              header: text.drift,
              minWidth: 200,
              cell: ({ drift, error }) =>
                error ?? (drift.map(({ setting, wanted, live }) => `${setting}: ${live ?? common.none} → ${wanted}`).join(', ') || text.noDrift),
            },
          ]}
        />
      )}
    </QueryState>
  );
}
