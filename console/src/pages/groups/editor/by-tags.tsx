import AttributeEditor from '@cloudscape-design/components/attribute-editor';
import Box from '@cloudscape-design/components/box';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { body } from '../../../api/client.js';
import type { GroupDocument } from '../../../api/types.js';
import { useApi } from '../../../shell/context.js';
import { Failure } from '../../../shell/query-state.js';
import { common } from '../../../strings/common.js';
import { groupEditor as text } from '../../../strings/editors.js';
import { groups, servers } from '../../../strings/inventory.js';
import { words } from '../../../view/format.js';
import { type TagRow, rowsOf, tagsOf } from './tag-rows.js';
import { usePages } from '../../../view/pages.js';

interface Props {
  readonly group: GroupDocument;
  readonly onGroup: (group: GroupDocument) => void;
}

/** Tags, and below them which servers have them now. */
export function ByTags({ group, onGroup }: Props) {
  // Rows and not the document: a key that is half typed twice would be one.
  const [rows, setRows] = useState<TagRow[]>(() => rowsOf(group.selectionTags ?? {}));
  const change = (next: TagRow[]) => {
    setRows(next);
    onGroup({ ...group, selectionTags: tagsOf(next) });
  };
  const set = (index: number, part: Partial<TagRow>) => change(rows.map((row, at) => (at === index ? { ...row, ...part } : row)));
  return (
    <SpaceBetween size="l">
      <FormField label={text.tags} description={text.tagsHint} stretch>
        <AttributeEditor
          items={rows}
          addButtonText={text.addTag}
          removeButtonText={text.removeTag}
          removeButtonAriaLabel={({ key }) => `${text.removeTag} ${key}`}
          isItemRemovable={() => rows.length > 1}
          onAddButtonClick={() => change([...rows, { key: '', values: '' }])}
          onRemoveButtonClick={({ detail }) => change(rows.filter((_, at) => at !== detail.itemIndex))}
          definition={[
            { label: text.key, control: ({ key }, index) => <Input value={key} onChange={({ detail }) => set(index, { key: detail.value })} /> },
            { label: text.values, control: ({ values }, index) => <Input value={values} onChange={({ detail }) => set(index, { values: detail.value })} /> },
          ]}
        />
      </FormField>
      <Preview group={group} />
    </SpaceBetween>
  );
}

function Preview({ group }: { group: GroupDocument }) {
  const api = useApi();
  const tags = Object.fromEntries(Object.entries(group.selectionTags ?? {}).filter(([key, values]) => key !== '' && values.length > 0));
  const query = useQuery({
    queryKey: ['preview', group.name, group.region, tags],
    queryFn: () =>
      body(
        api.POST('/v1/protection-groups/{name}/resolve', {
          params: { path: { name: group.name || 'preview' } },
          body: { selectionTags: tags, region: group.region },
        }),
      ),
    enabled: Object.keys(tags).length > 0,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const items = query.data?.items ?? [];
  const pages = usePages(items, servers.pages);
  if (query.error) {
    return <Failure error={query.error} />;
  }
  return (
    <Table
      variant="embedded"
      header={<Header variant="h3" counter={`(${items.length})`}>{text.preview}</Header>}
      trackBy="id"
      {...pages.rows}
      pagination={pages.pagination}
      loading={query.isLoading}
      loadingText={common.loading}
      empty={<Box textAlign="center">{groups.noMembers}</Box>}
      columnDefinitions={[
        { id: 'server', header: servers.columns.server, isRowHeader: true, cell: ({ hostname, id }) => hostname || id },
        { id: 'id', header: servers.columns.id, cell: ({ id }) => id },
        { id: 'state', header: servers.columns.state, cell: ({ replicationState }) => words(replicationState) },
        { id: 'other', header: groups.otherGroups, cell: ({ otherGroups }) => otherGroups.join(', ') || common.none },
      ]}
    />
  );
}
