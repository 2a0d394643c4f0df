import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { body } from '../../api/client.js';
import type { QuotaUse, RegionQuotas } from '../../api/types.js';
import { useApi } from '../../shell/context.js';
import { common } from '../../strings/common.js';
import { dashboard as text } from '../../strings/dashboard.js';
import { dateTime } from '../../view/format.js';

/** How much of what DRS allows is in use. Asks DRS, so not every few seconds. */
export function Quotas() {
  const api = useApi();
  const query = useQuery({ queryKey: ['quotas'], queryFn: () => body(api.GET('/v1/quotas')), refetchInterval: 30_000 });
  return (
    <Table
      header={<Header variant="h2" description={text.quotasHint}>{text.quotas}</Header>}
      trackBy="region"
      wrapLines
      items={query.data?.items ?? []}
      loading={query.isPending}
      loadingText={common.loading}
      ariaLabels={{ tableLabel: text.quotas }}
      empty={<Box textAlign="center">{query.error ? query.error.message : text.noQuotas}</Box>}
      columnDefinitions={COLUMNS}
    />
  );
}

/** The bar and its numbers; in words, too, when there is little room left. */
function Use({ quota, name, region }: { quota: QuotaUse | null | undefined; name: string; region: string }) {
  if (!quota) {
    return <StatusIndicator type="warning">{text.quotaUnknown}</StatusIndicator>;
  }
  const { used, limit, level } = quota;
  const numbers = text.quotaUse(used, limit);
  return (
    <>
      <ProgressBar value={Math.min(100, (used / limit) * 100)} ariaLabel={`${name}, ${region}: ${numbers}`} additionalInfo={level === 'OK' ? numbers : undefined} />
      {level === 'HIGH' && <StatusIndicator type="warning">{text.quotaHigh(numbers)}</StatusIndicator>}
      {level === 'FULL' && <StatusIndicator type="error">{text.quotaFull(numbers)}</StatusIndicator>}
    </>
  );
}

const { quotaColumns: columns } = text;
const COLUMNS = [
  {
    id: 'region',
    header: columns.region,
    isRowHeader: true,
    cell: ({ region, error }: RegionQuotas) => (
      <>
        <span className="whole">{region}</span>
        {error && <Box color="text-status-error" fontSize="body-s">{error}</Box>}
      </>
    ),
  },
  { id: 'jobs', header: columns.jobs, minWidth: 120, cell: ({ jobs, region }: RegionQuotas) => <Use quota={jobs} name={columns.jobs} region={region} /> },
  {
    id: 'serversInJobs',
    header: columns.serversInJobs,
    minWidth: 120,
    cell: ({ serversInJobs, region }: RegionQuotas) => <Use quota={serversInJobs} name={columns.serversInJobs} region={region} />,
  },
  {
    id: 'replicating',
    header: columns.replicating,
    minWidth: 120,
    cell: ({ replicatingServers, inventoryReadAt, region }: RegionQuotas) =>
      inventoryReadAt == null ? text.notRead : (
        <div title={dateTime(inventoryReadAt)}><Use quota={replicatingServers} name={columns.replicating} region={region} /></div>
      ),
  },
];
