import { useCollection } from '@cloudscape-design/collection-hooks';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Table from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useNavigate } from 'react-router';
import { itemsOf, useEveryPage, useGroups } from '../../api/queries.js';
import type { Group } from '../../api/types.js';
import { to } from '../../routes.js';
import { useMay } from '../../shell/context.js';
import { Link } from '../../shell/link.js';
import { Failure } from '../../shell/query-state.js';
import { common } from '../../strings/common.js';
import { groupEditor } from '../../strings/editors.js';
import { groups as text } from '../../strings/inventory.js';
import { dateTime } from '../../view/format.js';
import { selectionText } from './selection.js';

/** Every protection group. */
export default function GroupsPage() {
  const query = useEveryPage(useGroups());
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
  return useMay('Plan') ? <Button variant="primary" onClick={() => void navigate(to.newGroup)}>{groupEditor.createAction}</Button> : null;
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
    cell: ({ name, description }: Group) => (
      <>
        <Link href={to.group(name)}>{name}</Link>
        {description && <Box color="text-body-secondary" fontSize="body-s">{description}</Box>}
      </>
    ),
  },
  { id: 'selection', header: columns.selection, cell: selectionText },
  { id: 'region', header: columns.region, sortingField: 'region', cell: ({ region }: Group) => region ?? text.home },
  { id: 'version', header: columns.version, cell: ({ version }: Group) => version },
  { id: 'updated', header: columns.updated, sortingField: 'updatedAt', cell: ({ updatedAt }: Group) => dateTime(updatedAt) },
];
