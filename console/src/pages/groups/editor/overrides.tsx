import { useCollection } from '@cloudscape-design/collection-hooks';
import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useState } from 'react';
import type { GroupDocument, LaunchSettings } from '../../../api/types.js';
import { common } from '../../../strings/common.js';
import { groupEditor as text } from '../../../strings/editors.js';
import { servers as serverStrings } from '../../../strings/inventory.js';
import { SettingsFields } from './settings-fields.js';
import { settingsText } from './settings-text.js';
import { useCandidates } from './use-candidates.js';

interface Props {
  readonly group: GroupDocument;
  readonly problem: string | undefined;
  readonly onGroup: (group: GroupDocument) => void;
}

const { pages, columns } = serverStrings;

/** What is different for single servers: one at a time is changed, all are listed. */
export function Overrides({ group, problem, onGroup }: Props) {
  const [open, setOpen] = useState<string>();
  const { named, candidates } = useCandidates(group);
  const own = group.serverLaunchSettings ?? {};
  const put = (id: string, settings: LaunchSettings | undefined) => {
    const { [id]: _, ...rest } = own;
    onGroup({ ...group, serverLaunchSettings: settings ? { ...rest, [id]: settings } : rest });
  };
  const rows = Object.entries(own).map(([id, settings]) => ({ id, settings, name: named(id) }));
  const { items, paginationProps, collectionProps } = useCollection(rows, { pagination: { pageSize: 20 }, sorting: {} });
  const add = (id: string) => {
    put(id, own[id] ?? {});
    setOpen(id);
  };
  return (
    <Container header={<Header variant="h2" description={text.overridesHint}>{text.overrides}</Header>}>
      <SpaceBetween size="l">
        {problem && <Alert type="error">{problem}</Alert>}
        <FormField label={text.overrideFor} stretch>
          <Select
            selectedOption={null}
            placeholder={text.chooseServer}
            filteringType="auto"
            filteringAriaLabel={common.filterPlaceholder}
            virtualScroll
            empty={serverStrings.empty}
            options={candidates.filter(({ id }) => !(id in own)).map(({ id, hostname }) => ({ value: id, label: hostname || id, description: id }))}
            onChange={({ detail }) => add(detail.selectedOption.value ?? '')}
          />
        </FormField>
        <Table
          {...collectionProps}
          variant="embedded"
          wrapLines
          trackBy="id"
          items={items}
          ariaLabels={{ tableLabel: text.overrides }}
          empty={<Box textAlign="center">{text.noOverrides}</Box>}
          pagination={rows.length > items.length && (
            <Pagination {...paginationProps} ariaLabels={{ nextPageLabel: pages.next, previousPageLabel: pages.previous, pageLabel: pages.page }} />
          )}
          columnDefinitions={[
            { id: 'server', header: columns.server, isRowHeader: true, cell: ({ name }) => name },
            { id: 'settings', header: text.different, cell: ({ settings }) => settingsText(settings) },
            {
              id: 'actions',
              header: text.change,
              cell: ({ id, name }) => (
                <SpaceBetween direction="horizontal" size="xs">
                  <Button variant="inline-link" ariaLabel={text.changeOverride(name)} onClick={() => setOpen(id)}>{text.change}</Button>
                  <Button variant="inline-link" ariaLabel={text.removeOverride(name)} onClick={() => put(id, undefined)}>{text.removeTag}</Button>
                </SpaceBetween>
              ),
            },
          ]}
        />
        {open !== undefined && own[open] && (
          <div role="group" aria-label={text.override(named(open))}>
            <SpaceBetween size="s">
              <Header variant="h3">{text.override(named(open))}</Header>
              <SettingsFields key={open} settings={own[open]} leave={text.asGroup} onSettings={(settings) => put(open, settings)} />
            </SpaceBetween>
          </div>
        )}
      </SpaceBetween>
    </Container>
  );
}
