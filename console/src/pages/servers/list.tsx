import { useCollection } from '@cloudscape-design/collection-hooks';
import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import CollectionPreferences from '@cloudscape-design/components/collection-preferences';
import Header from '@cloudscape-design/components/header';
import Table from '@cloudscape-design/components/table';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useDeferredValue, useMemo } from 'react';
import { body } from '../../api/client.js';
import { useInventory } from '../../api/inventory.js';
import { useApi, useClock, useMay } from '../../shell/context.js';
import { useNotify } from '../../shell/notifications.js';
import { Failure } from '../../shell/query-state.js';
import { StaleNotice } from '../../shell/stale-notice.js';
import { common } from '../../strings/common.js';
import { servers as text } from '../../strings/inventory.js';
import { PROPERTY_FILTER_STRINGS } from '../../strings/property-filter.js';
import { Empty } from '../../view/empty.js';
import { age } from '../../view/format.js';
import { PromptPagination, PromptPropertyFilter, atLeisure } from '../../view/prompt.js';
import { useColumns } from '../../view/use-columns.js';
import { COLUMN_OPTIONS, FIRST_COLUMNS, PROPERTIES, columnsAt } from './columns.js';
import { filteringOptions, rowOf } from './rows.js';

const COLUMN_IDS = COLUMN_OPTIONS.map(({ id }) => id);

/** The inventory: read as a whole, since DRS has at most some thousand servers, and shown from its first page on. */
export default function ServersPage() {
  const { now } = useClock();
  const { query, items: read, total, regions, isComplete } = useInventory();
  const { data } = query;
  // A page more must not keep anybody from typing.
  const rows = useDeferredValue(useMemo(() => read.map(rowOf), [read]));
  const isShown = rows.length === read.length;
  const options = useMemo(() => filteringOptions(rows), [rows]);
  const [shown, setShown] = useColumns('servers', FIRST_COLUMNS, COLUMN_IDS);
  const definitions = useMemo(() => columnsAt(now()), [data]);
  const { items, propertyFilterProps, collectionProps, paginationProps, filteredItemsCount } = useCollection(rows, {
    propertyFiltering: { filteringProperties: PROPERTIES, empty: <Empty words={text} />, noMatch: <Box textAlign="center">{isComplete && isShown ? common.noMatch : text.noMatchYet}</Box> },
    pagination: { pageSize: 50 },
    sorting: { defaultState: { sortingColumn: { sortingField: 'hostname' } } },
  });
  if (query.error && !data) {
    return <Failure error={query.error} retry={() => void query.refetch()} />;
  }
  const readTimes = regions.map(({ region, ageSeconds }) => (ageSeconds == null ? text.never(region) : text.read(region, age(ageSeconds))));
  return (
    <>
      <RegionErrors regions={regions} />
      {isComplete ? <StaleNotice query={query} /> : query.error && <Failure error={query.error} retry={() => void query.fetchNextPage()} />}
      <Table
        {...collectionProps}
        onSortingChange={atLeisure(collectionProps.onSortingChange)}
        variant="full-page"
        stickyHeader
        trackBy="id"
        items={items}
        loading={query.isPending || (rows.length === 0 && !isShown)}
        loadingText={common.loading}
        header={
          <Header variant="h1" counter={isComplete ? `(${total})` : text.readSoFar(read.length, total)} description={`${text.description} ${readTimes.join(', ')}`} actions={<Refresh />}>
            {text.title}
          </Header>
        }
        columnDefinitions={definitions}
        visibleColumns={shown}
        preferences={<Columns shown={shown} onShown={setShown} />}
        filter={
          <PromptPropertyFilter
            {...propertyFilterProps}
            filteringOptions={options}
            virtualScroll
            i18nStrings={PROPERTY_FILTER_STRINGS}
            filteringAriaLabel={text.filterLabel}
            filteringPlaceholder={text.filterPlaceholder}
            countText={common.matches(filteredItemsCount ?? 0)}
          />
        }
        pagination={
          <PromptPagination
            {...paginationProps}
            ariaLabels={{ nextPageLabel: text.pages.next, previousPageLabel: text.pages.previous, pageLabel: text.pages.page }}
          />
        }
      />
    </>
  );
}

/** Which columns are shown. */
function Columns({ shown, onShown }: { shown: readonly string[]; onShown: (columns: readonly string[]) => void }) {
  const { preferences: words } = text;
  return (
    <CollectionPreferences
      title={words.title}
      confirmLabel={common.confirm}
      cancelLabel={common.cancel}
      preferences={{ visibleContent: shown }}
      visibleContentPreference={{ title: words.columns, options: [{ label: words.of, options: COLUMN_OPTIONS.map(({ id, label, alwaysVisible }) => ({ id, label, editable: !alwaysVisible })) }] }}
      onConfirm={({ detail }) => onShown(detail.visibleContent ?? shown)}
    />
  );
}

/** A Region that could not be read is as old as it says; the others are not touched. */
function RegionErrors({ regions }: { regions: readonly { region: string; error?: string | null }[] }) {
  return regions.filter(({ error }) => error).map(({ region, error }) => (
    <Alert key={region} type="warning" header={region}>{error}</Alert>
  ));
}

function Refresh() {
  const api = useApi();
  const may = useMay('RefreshInventory');
  const notify = useNotify();
  const queries = useQueryClient();
  const refresh = useMutation({
    mutationFn: () => body(api.POST('/v1/source-servers/refresh')),
    onSuccess: () => {
      notify('info', text.refreshed);
      // It takes DRS a few seconds; the page's own reading is fast.
      setTimeout(() => void queries.invalidateQueries({ queryKey: ['servers'] }), 4000);
    },
    onError: (error) => notify('error', text.refreshFailed, error.message),
  });
  return may ? <Button iconName="refresh" loading={refresh.isPending} onClick={() => refresh.mutate()}>{text.refresh}</Button> : null;
}
