import Header from '@cloudscape-design/components/header';
import Table from '@cloudscape-design/components/table';
import type { CleanupRun } from '../../api/types.js';
import { common } from '../../strings/common.js';
import { execution as strings } from '../../strings/executions.js';
import { dateTime } from '../../view/format.js';
import { usePages } from '../../view/pages.js';
import { Status } from '../../view/status.js';

const text = strings.cleanup;

/** What becomes of the recovery instances of a drill. */
export function Cleanup({ cleanup }: { cleanup: CleanupRun }) {
  const pages = usePages(cleanup.servers);
  return (
    <Table
      header={
        <Header
          variant="h2"
          counter={`(${cleanup.servers.length})`}
          info={<Status status={cleanup.status} />}
          description={`${text.status(cleanup.startedBy, dateTime(cleanup.startedAt))} ${cleanup.reason}`}
        >
          {text.title}
        </Header>
      }
      trackBy="instanceId"
      {...pages.rows}
      pagination={pages.pagination}
      wrapLines
      columnDefinitions={[
        { id: 'server', header: text.columns.server, isRowHeader: true, minWidth: 130, cell: ({ hostname, serverId }) => hostname || serverId },
        { id: 'instance', header: text.columns.instance, cell: ({ instanceId }) => instanceId, minWidth: 190 },
        { id: 'status', header: text.columns.status, cell: ({ status }) => <Status status={status} />, minWidth: 140 },
        { id: 'reason', header: text.columns.reason, cell: ({ reason }) => reason || common.none },
      ]}
    />
  );
}
