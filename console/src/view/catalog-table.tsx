import { useCollection } from '@cloudscape-design/collection-hooks';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { itemsOf } from '../api/queries.js';
import { useMay } from '../shell/context.js';
import { Link } from '../shell/link.js';
import { Failure } from '../shell/query-state.js';
import { common } from '../strings/common.js';
import { Empty } from './empty.js';
import { PromptFilter, PromptPagination, atLeisure } from './prompt.js';

/** What people store under a name: a recovery plan, a protection group. */
interface Stored {
  readonly name: string;
  readonly description?: string | null;
}

interface Words {
  readonly title: string;
  readonly description: string;
  readonly filter: string;
  readonly empty: string;
  readonly emptyHint: string;
}

interface CatalogTableProps<T extends Stored> {
  readonly query: UseInfiniteQueryResult<InfiniteData<{ items: T[] }>>;
  readonly words: Words;
  readonly columns: readonly TableProps.ColumnDefinition<T>[];
  /** Where a new one is written, and what the button for it says. */
  readonly create: { readonly href: string; readonly label: string };
  /** Which of them are shown; all when left out. */
  readonly only?: (item: T) => boolean;
  /** What chooses that. */
  readonly narrow?: ReactNode;
}

/** The page of everything that is stored of a kind. */
export function CatalogTable<T extends Stored>({ query, words, columns, create, only, narrow }: CatalogTableProps<T>) {
  const { items, filterProps, paginationProps, collectionProps, filteredItemsCount } = useCollection(only ? itemsOf(query.data).filter(only) : itemsOf(query.data), {
    filtering: {
      fields: ['name', 'description'],
      empty: only ? <Box textAlign="center">{common.noMatch}</Box> : <Empty words={words} />,
      noMatch: <Box textAlign="center">{common.noMatch}</Box>,
    },
    pagination: { pageSize: 50 },
    sorting: {},
  });
  if (query.error && !query.data) {
    return <Failure error={query.error} retry={() => void query.refetch()} />;
  }
  return (
    <Table
      {...collectionProps}
      onSortingChange={atLeisure(collectionProps.onSortingChange)}
      variant="full-page"
      stickyHeader
      trackBy="name"
      items={items}
      loading={query.isPending}
      loadingText={common.loading}
      header={<Header variant="h1" description={words.description} actions={<Create {...create} />}>{words.title}</Header>}
      columnDefinitions={columns}
      pagination={
        <PromptPagination {...paginationProps} ariaLabels={{ nextPageLabel: common.pages.next, previousPageLabel: common.pages.previous, pageLabel: common.pages.page }} />
      }
      filter={
        <SpaceBetween direction="horizontal" size="xs">
          <PromptFilter {...filterProps} filteringAriaLabel={words.filter} filteringPlaceholder={words.filter} countText={common.matches(filteredItemsCount ?? 0)} />
          {narrow}
        </SpaceBetween>
      }
    />
  );
}

function Create({ href, label }: CatalogTableProps<Stored>['create']) {
  const navigate = useNavigate();
  return useMay('Plan') ? <Button variant="primary" onClick={() => void navigate(href)}>{label}</Button> : null;
}

/** The column that says which one it is. */
export function nameColumn<T extends Stored>(header: string, href: (name: string) => string): TableProps.ColumnDefinition<T> {
  return {
    id: 'name',
    header,
    isRowHeader: true,
    sortingField: 'name',
    cell: ({ name, description }) => (
      <>
        <Link href={href(name)}>{name}</Link>
        {description && <Box color="text-body-secondary" fontSize="body-s">{description}</Box>}
      </>
    ),
  };
}
