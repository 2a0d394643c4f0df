import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import Table from '@cloudscape-design/components/table';
import type { Execution, StoredReport } from '../../api/types.js';
import { common } from '../../strings/common.js';
import { reports as strings } from '../../strings/reports.js';
import { dateTime, fileSize } from '../../view/format.js';

const text = strings.stored;

/** What is stored of an execution that has ended, newest first: what an auditor compares a file with. */
export function StoredReports({ execution: { reports = [], reportFailure } }: { execution: Pick<Execution, 'reports' | 'reportFailure'> }) {
  return (
    <Table
      header={<Header variant="h2" counter={`(${reports.length})`} description={text.description}>{text.title}</Header>}
      items={[...reports].reverse()}
      wrapLines
      empty={<Box textAlign="center">{strings.none}</Box>}
      columnDefinitions={COLUMNS}
      footer={reportFailure && <Alert type="warning">{strings.notStored(reportFailure)}</Alert>}
    />
  );
}

const COLUMNS = [
  { id: 'format', header: text.format, isRowHeader: true, cell: ({ format }: StoredReport) => format.toUpperCase(), width: 110 },
  { id: 'at', header: text.at, cell: ({ storedAt }: StoredReport) => dateTime(storedAt), width: 200 },
  { id: 'size', header: text.size, cell: ({ bytes }: StoredReport) => (bytes == null ? common.none : fileSize(bytes)), width: 110 },
  { id: 'hash', header: text.hash, cell: ({ sha256 }: StoredReport) => <span className="hash">{sha256}</span>, minWidth: 260 },
  {
    id: 'key',
    header: text.key,
    cell: ({ key, versionId }: StoredReport) => (versionId ? `${key}, ${text.version(versionId)}` : key),
    minWidth: 260,
  },
];
