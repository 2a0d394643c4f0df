import { useCollection } from '@cloudscape-design/collection-hooks';
import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import Table from '@cloudscape-design/components/table';
import { itemsOf, useEveryPage, usePlans } from '../../api/queries.js';
import { to } from '../../routes.js';
import { Link } from '../../shell/link.js';
import { common } from '../../strings/common.js';
import { dashboard as text } from '../../strings/dashboard.js';
import { plans as planStrings } from '../../strings/plans.js';
import { PlanReadiness } from '../../view/readiness.js';

/** Every plan, a page at a time: each page asks only for the plans that it shows. */
export function Readiness() {
  const query = useEveryPage(usePlans());
  const all = itemsOf(query.data);
  const { items, paginationProps, collectionProps } = useCollection(all, { pagination: { pageSize: 10 } });
  return (
    <Table
      {...collectionProps}
      header={<Header variant="h2" counter={`(${all.length})`}>{text.plans}</Header>}
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
        { id: 'readiness', header: planStrings.columns.readiness, cell: ({ name }) => <PlanReadiness name={name} /> },
      ]}
    />
  );
}
