import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import CloudscapeLink from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { useParams, useSearchParams } from 'react-router';
import { body } from '../../api/client.js';
import type { SourceServerDetail } from '../../api/types.js';
import { to } from '../../routes.js';
import { useApi } from '../../shell/context.js';
import { Link } from '../../shell/link.js';
import { QueryState } from '../../shell/query-state.js';
import { common } from '../../strings/common.js';
import { servers as text } from '../../strings/inventory.js';
import { instanceAddress } from '../../view/aws-console.js';
import { age, bytes, dateTime, words } from '../../view/format.js';
import { Snapshots } from './snapshots.js';

/** One source server, live from DRS. */
export default function ServerPage() {
  const { serverId = '' } = useParams();
  const region = useSearchParams()[0].get('region') ?? undefined;
  const api = useApi();
  const query = useQuery({
    queryKey: ['server', serverId, region],
    queryFn: () => body(api.GET('/v1/source-servers/{id}', { params: { path: { id: serverId }, query: { region } } })),
  });
  return <QueryState query={query}>{(server) => <Detail server={server} />}</QueryState>;
}

function Detail({ server }: { server: SourceServerDetail }) {
  return (
    <ContentLayout header={<Header variant="h1" description={server.id}>{server.hostname || server.id}</Header>}>
      <SpaceBetween size="l">
        {server.replicationError && <Alert type="warning" header={text.facts.error}>{server.replicationError}</Alert>}
        <Facts server={server} />
        <Snapshots snapshots={server.snapshots} />
        <Table
          header={<Header variant="h2">{text.launch}</Header>}
          trackBy="name"
          items={Object.entries(server.launchConfiguration).map(([name, value]) => ({ name, value }))}
          wrapLines
          columnDefinitions={[
            { id: 'name', header: text.setting, isRowHeader: true, cell: ({ name }) => name },
            { id: 'value', header: text.value, cell: ({ value }) => value || common.none },
          ]}
        />
      </SpaceBetween>
    </ContentLayout>
  );
}

const { facts, columns: headers } = text;

function Facts({ server }: { server: SourceServerDetail }) {
  const disks = bytes(server.disks.reduce((sum, disk) => sum + disk.bytes, 0));
  const instance = server.recoveryInstanceId;
  const launch = server.lastLaunch;
  return (
    <Container>
      <KeyValuePairs
        columns={4}
        items={[
          { label: headers.state, value: words(server.replicationState) },
          { label: headers.lag, value: age(server.lagSeconds) },
          { label: headers.recoveryPoint, value: dateTime(server.lastRecoveryPointAt) },
          { label: facts.seen, value: dateTime(server.lastSeenAt) },
          {
            label: headers.group,
            value: server.groups.length === 0 ? text.noGroup : server.groups.map((name) => <div key={name}><Link href={to.group(name)}>{name}</Link></div>),
          },
          {
            label: headers.instance,
            value: instance ? <CloudscapeLink external href={instanceAddress(instance, server.region)}>{instance}</CloudscapeLink> : common.none,
          },
          { label: headers.lastLaunch, value: launch ? [words(launch.mode), words(launch.result), dateTime(launch.at), launch.jobId].filter(Boolean).join(', ') : common.none },
          { label: headers.os, value: server.os || common.none },
          { label: facts.hardware, value: text.cpus(server.cpus, bytes(server.ramBytes), disks) },
          { label: facts.agent, value: server.agentVersion || common.none },
          { label: headers.region, value: server.region },
          { label: facts.account, value: server.account },
          { label: facts.disks, value: server.disks.map((disk) => `${disk.deviceName} ${bytes(disk.bytes)}`).join(', ') || common.none },
          { label: headers.arn, value: server.arn || common.none },
          { label: facts.tags, value: Object.entries(server.tags).map(([key, value]) => `${key}=${value}`).join(', ') || common.none },
        ]}
      />
    </Container>
  );
}
