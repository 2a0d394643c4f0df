import { useCollection } from '@cloudscape-design/collection-hooks';
import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import Table from '@cloudscape-design/components/table';
import { itemsOf, useEveryPage, useEveryReadiness, usePlans } from '../../api/queries.js';
import type { Plan } from '../../api/types.js';
import { to } from '../../routes.js';
import { Link } from '../../shell/link.js';
import { common } from '../../strings/common.js';
import { dashboard as text } from '../../strings/dashboard.js';
import { plans as planStrings } from '../../strings/plans.js';
import { words } from '../../view/format.js';
import { READINESS_KINDS, isOfKind } from '../../view/readiness-kind.js';
import { PlanReadiness } from '../../view/readiness.js';
import { Status } from '../../view/status.js';

/** How ready the plans are together, and each of them, a page at a time. */
export function Readiness() {
  const query = useEveryPage(usePlans());
  const all = itemsOf(query.data);
  const { items, paginationProps, collectionProps } = useCollection(all, { pagination: { pageSize: 10 } });
  return (
    <Table
      {...collectionProps}
      header={<Header variant="h2" counter={`(${all.length})`}>{text.plans}</Header>}
      filter={all.length > 0 && <Totals plans={all} />}
      trackBy="name"
      items={items}
      loading={query.isPending}
      loadingText={common.loading}
      empty={<Box textAlign="center">{query.error ? query.error.message : planStrings.empty}</Box>}
      pagination={all.length > items.length && (
        <Pagination {...paginationProps} ariaLabels={{ nextPageLabel: text.planPages.next, previousPageLabel: text.planPages.previous, pageLabel: text.planPages.page }} />
      )}
      columnDefinitions={[
        { id: 'name', header: planStrings.columns.name, isRowHeader: true, cell: ({ name }) => <Link href={to.plan(name)}>{name}</Link> },
        { id: 'readiness', header: planStrings.columns.readiness, minWidth: 220, cell: ({ name }) => <PlanReadiness name={name} /> },
      ]}
    />
  );
}

/** How many plans are how ready, each number with the way to them; and how many nobody has looked at. */
function Totals({ plans }: { plans: readonly Plan[] }) {
  const readiness = useEveryReadiness(plans.map(({ name }) => name));
  if (readiness.includes(undefined)) {
    return <Spinner />;
  }
  const unknown = readiness.filter((one) => one === null).length;
  return (
    <SpaceBetween direction="horizontal" size="l">
      {READINESS_KINDS.map((kind) => (
        <Link key={kind} href={to.plansOfKind(kind)}>
          <Status status={kind} text={`${readiness.filter((one) => isOfKind(one, kind)).length} ${words(kind).toLowerCase()}`} />
        </Link>
      ))}
      {unknown > 0 && <Status status="PENDING" text={`${unknown} ${planStrings.notLookedAt.toLowerCase()}`} />}
    </SpaceBetween>
  );
}
