import { useCollection } from '@cloudscape-design/collection-hooks';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Table from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useNavigate } from 'react-router';
import { itemsOf, useEveryPage, usePlans } from '../../api/queries.js';
import type { Plan } from '../../api/types.js';
import { to } from '../../routes.js';
import { useMay } from '../../shell/context.js';
import { Link } from '../../shell/link.js';
import { Failure } from '../../shell/query-state.js';
import { common } from '../../strings/common.js';
import { planEditor } from '../../strings/editors.js';
import { plan as one, plans as text } from '../../strings/plans.js';
import { dateTime } from '../../view/format.js';
import { PlanReadiness } from '../../view/readiness.js';

/** Every recovery plan. */
export default function PlansPage() {
  const query = useEveryPage(usePlans());
  const { items, filterProps, collectionProps, filteredItemsCount } = useCollection(itemsOf(query.data), {
    filtering: { fields: ['name', 'description'], empty: <Empty />, noMatch: <Box textAlign="center">{common.noMatch}</Box> },
    sorting: {},
  });
  if (query.error && !query.data) {
    return <Failure error={query.error} retry={() => void query.refetch()} />;
  }
  return (
    <Table
      {...collectionProps}
      variant="full-page"
      stickyHeader
      trackBy="name"
      items={items}
      loading={query.isPending}
      loadingText={common.loading}
      header={<Header variant="h1" description={text.description} actions={<Create />}>{text.title}</Header>}
      columnDefinitions={COLUMNS}
      filter={
        <TextFilter {...filterProps} filteringAriaLabel={text.filter} filteringPlaceholder={text.filter} countText={common.matches(filteredItemsCount ?? 0)} />
      }
    />
  );
}

function Create() {
  const navigate = useNavigate();
  return useMay('Plan') ? <Button variant="primary" onClick={() => void navigate(to.newPlan)}>{planEditor.createAction}</Button> : null;
}

function Empty() {
  return (
    <Box textAlign="center" color="inherit" padding="l">
      <b>{text.empty}</b>
      <Box color="inherit">{text.emptyHint}</Box>
    </Box>
  );
}

const { columns } = text;
const COLUMNS = [
  {
    id: 'name',
    header: columns.name,
    isRowHeader: true,
    sortingField: 'name',
    cell: ({ name, description }: Plan) => (
      <>
        <Link href={to.plan(name)}>{name}</Link>
        {description && <Box color="text-body-secondary" fontSize="body-s">{description}</Box>}
      </>
    ),
  },
  { id: 'readiness', header: columns.readiness, cell: ({ name }: Plan) => <PlanReadiness name={name} /> },
  { id: 'waves', header: columns.waves, cell: ({ waves }: Plan) => waves.length },
  { id: 'groups', header: columns.groups, cell: ({ waves }: Plan) => waves.reduce((sum, { groups }) => sum + groups.length, 0) },
  {
    id: 'target',
    header: columns.targetRto,
    sortingField: 'targetRtoMinutes',
    cell: ({ targetRtoMinutes }: Plan) => (targetRtoMinutes == null ? common.none : one.minutes(targetRtoMinutes)),
  },
  { id: 'version', header: columns.version, cell: ({ version }: Plan) => version },
  { id: 'updated', header: columns.updated, sortingField: 'updatedAt', cell: ({ updatedAt }: Plan) => dateTime(updatedAt) },
];
