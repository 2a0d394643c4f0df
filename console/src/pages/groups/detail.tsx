import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
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
import { groups as text } from '../../strings/inventory.js';
import { DeleteButton } from '../../view/delete-button.js';
import { dateTime } from '../../view/format.js';
import { Drift } from './drift.js';
import { Members } from './members.js';
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
            <Drift group={group} />
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
          ...(group.account == null ? [] : [{ label: facts.account, value: group.account }]),
          { label: facts.checks, value: (group.healthChecks ?? []).map(({ name }) => name).join(', ') || common.none },
          { label: facts.version, value: `${group.version}, ${text.changed(group.updatedBy, dateTime(group.updatedAt))}` },
        ]}
      />
    </Container>
  );
}
