import Box from '@cloudscape-design/components/box';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useSearchParams } from 'react-router';
import { itemsOf, useReports } from '../../api/queries.js';
import type { ExecutionReports, Mode } from '../../api/types.js';
import { to } from '../../routes.js';
import { Link } from '../../shell/link.js';
import { Failure } from '../../shell/query-state.js';
import { StaleNotice } from '../../shell/stale-notice.js';
import { common } from '../../strings/common.js';
import { reports as text } from '../../strings/reports.js';
import { Empty } from '../../view/empty.js';
import { dateTime, fileSize, words } from '../../view/format.js';
import { NextPage } from '../../view/next-page.js';
import { usePages } from '../../view/pages.js';
import { PlanSelect } from '../../view/plan-select.js';
import { Status } from '../../view/status.js';
import { ReportButton } from '../executions/report-button.js';
import { newest } from './newest.js';

/** The evidence: what ended, and what is stored of it. The filters are in the address, so that a list can be passed on. */
export default function ReportsPage() {
  const [search, setSearch] = useSearchParams();
  const plan = search.get('plan') ?? '';
  const mode = modeOf(search.get('mode'));
  const query = useReports({ ...(plan && { planId: plan }), ...(mode && { mode }) });
  const pages = usePages(itemsOf(query.data));
  const choose = (name: string, value: string | undefined) =>
    setSearch((before) => {
      const after = new URLSearchParams(before);
      if (value) {
        after.set(name, value);
      } else {
        after.delete(name);
      }
      return after;
    });
  return (
    <>
      {query.data && <StaleNotice query={query} />}
      <Table
        variant="full-page"
        stickyHeader
        trackBy="executionId"
        wrapLines
        {...pages.rows}
        pagination={pages.pagination}
        loading={query.isPending}
        loadingText={common.loading}
        header={<Header variant="h1" description={text.description}>{text.title}</Header>}
        empty={query.error ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Empty words={text} />}
        columnDefinitions={COLUMNS}
        filter={
          <SpaceBetween direction="horizontal" size="s">
            <PlanSelect plan={plan} onPlan={(name) => choose('plan', name)} />
            <ModeSelect mode={mode} onMode={(chosen) => choose('mode', chosen)} />
          </SpaceBetween>
        }
        footer={<NextPage query={query} pages={pages} label={text.more} />}
      />
    </>
  );
}

function modeOf(value: string | null): Mode | undefined {
  return value === 'DRILL' || value === 'RECOVERY' ? value : undefined;
}

const MODES = [
  { value: '', label: text.modes.all },
  { value: 'DRILL', label: text.modes.DRILL },
  { value: 'RECOVERY', label: text.modes.RECOVERY },
];

function ModeSelect({ mode, onMode }: { mode: Mode | undefined; onMode: (mode: string | undefined) => void }) {
  return (
    <FormField label={text.mode}>
      <Select
        selectedOption={MODES.find(({ value }) => value === (mode ?? '')) ?? null}
        options={MODES}
        onChange={({ detail }) => onMode(detail.selectedOption.value)}
      />
    </FormField>
  );
}

/** The newest of each format; the page of the execution has all of them. */
function Stored({ reports, reportFailure }: ExecutionReports) {
  const shown = newest(reports);
  const earlier = reports.length - shown.length;
  return (
    <>
      {shown.length === 0 && text.none}
      {shown.map(({ format, bytes, sha256, storedAt }) => (
        <div key={format}>
          {format.toUpperCase()}, {bytes != null && `${fileSize(bytes)}, `}{dateTime(storedAt)}, <span className="hash" title={sha256}>{sha256.slice(0, 12)}…</span>
        </div>
      ))}
      {earlier > 0 && <Box color="text-body-secondary">{text.earlier(earlier)}</Box>}
      {reportFailure && <Status status="FAILED" text={text.notStored(reportFailure)} />}
    </>
  );
}

const { columns } = text;
const COLUMNS = [
  {
    id: 'execution',
    header: columns.execution,
    isRowHeader: true,
    minWidth: 200,
    cell: ({ executionId }: ExecutionReports) => <Link href={to.execution(executionId)}>{executionId}</Link>,
  },
  { id: 'plan', header: columns.plan, minWidth: 130, cell: ({ planId }: ExecutionReports) => planId },
  { id: 'mode', header: columns.mode, cell: ({ mode }: ExecutionReports) => words(mode) },
  { id: 'status', header: columns.status, minWidth: 130, cell: ({ status }: ExecutionReports) => <Status status={status} /> },
  { id: 'ended', header: columns.ended, minWidth: 190, cell: ({ endedAt }: ExecutionReports) => dateTime(endedAt) },
  { id: 'stored', header: columns.stored, minWidth: 330, cell: (item: ExecutionReports) => <Stored {...item} /> },
  { id: 'save', header: columns.save, cell: ({ executionId }: ExecutionReports) => <ReportButton executionId={executionId} inTable /> },
];
