import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { body } from '../../../api/client.js';
import { ApiError } from '../../../api/problem.js';
import type { Group, GroupDocument } from '../../../api/types.js';
import { to } from '../../../routes.js';
import { useApi } from '../../../shell/context.js';
import { useNotify } from '../../../shell/notifications.js';
import { QueryState } from '../../../shell/query-state.js';
import { common } from '../../../strings/common.js';
import { groupEditor as text, planEditor } from '../../../strings/editors.js';
import { problemAt, problemsElsewhere } from '../../../view/field-problems.js';
import { TextField } from '../../../view/fields.js';
import { Selection } from './selection.js';
import { Settings } from './settings.js';

/** Makes a group, or changes the version that was opened. */
export default function GroupEditorPage() {
  const { groupName } = useParams();
  return groupName === undefined ? <Editor start={{ name: '', servers: [] }} version={undefined} /> : <ChangeGroup name={groupName} />;
}

function ChangeGroup({ name }: { name: string }) {
  const api = useApi();
  const query = useQuery({
    queryKey: ['group', name],
    queryFn: () => body(api.GET('/v1/protection-groups/{name}', { params: { path: { name } } })),
  });
  return <QueryState query={query}>{(group) => <Opened key={name} group={group} />}</QueryState>;
}

/** Kept as it was opened: what is read again later must not overwrite what somebody types. */
function Opened({ group }: { group: Group }) {
  const [{ start, version }] = useState(() => {
    const { version: opened, updatedAt: _, updatedBy: __, ...document } = group;
    return { start: document as GroupDocument, version: opened };
  });
  return <Editor start={start} version={version} />;
}

function Editor({ start, version }: { start: GroupDocument; version: number | undefined }) {
  const navigate = useNavigate();
  const [group, setGroup] = useState(start);
  const saving = useSave(version);
  const isNew = version === undefined;
  const problems = saving.error instanceof ApiError ? (saving.error.problems ?? []) : [];
  const at = (field: string) => problemAt(problems, field);
  const set = (change: Partial<GroupDocument>) => setGroup({ ...group, ...change });
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" onClick={() => void navigate(isNew ? to.groups : to.group(start.name))}>{common.cancel}</Button>
              <Button variant="primary" loading={saving.isPending} onClick={() => saving.mutate(group)}>{planEditor.save}</Button>
            </SpaceBetween>
          }
        >
          {isNew ? text.create : text.edit(start.name)}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {saving.error && <Refusal error={saving.error} />}
        <Container header={<Header variant="h2">{text.general}</Header>}>
          <ColumnLayout columns={3}>
            <TextField label={planEditor.name} hint={planEditor.nameHint} problem={at('name')} value={group.name} disabled={!isNew} onValue={(name) => set({ name })} />
            <TextField label={planEditor.description} problem={at('description')} value={group.description ?? ''} onValue={(description) => set({ description })} />
            <TextField label={text.region} hint={text.regionHint} problem={at('region')} value={group.region ?? ''} disabled={!isNew} onValue={(region) => set({ region: region || undefined })} />
          </ColumnLayout>
        </Container>
        <Selection group={group} problem={at('servers') ?? at('selectionTags')} onGroup={setGroup} />
        <Settings settings={group.launchSettings ?? {}} problem={at('launchSettings')} onSettings={(launchSettings) => set({ launchSettings })} />
      </SpaceBetween>
    </ContentLayout>
  );
}

function useSave(version: number | undefined) {
  const api = useApi();
  const notify = useNotify();
  const navigate = useNavigate();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (group: GroupDocument) => {
      const header = version === undefined ? { 'If-None-Match': '*' } : { 'If-Match': `"${version}"` };
      return body(api.PUT('/v1/protection-groups/{name}', { params: { path: { name: group.name.trim() || 'unnamed' }, header }, body: group }));
    },
    onSuccess: ({ name }) => {
      void queries.invalidateQueries();
      notify('success', planEditor.saved(name));
      void navigate(to.group(name));
    },
  });
}

const SHOWN = ['name', 'description', 'region', 'servers', 'selectionTags', 'launchSettings'];

function Refusal({ error }: { error: Error }) {
  const elsewhere = error instanceof ApiError ? problemsElsewhere(error.problems ?? [], SHOWN) : [];
  const changed = error instanceof ApiError && error.status === 412;
  return (
    <Alert type="error" header={planEditor.refused}>
      {changed ? planEditor.changedMeanwhile : error.message}
      {elsewhere.length > 0 && <ul>{elsewhere.map(({ at, message }) => <li key={`${at}${message}`}>{at}: {message}</li>)}</ul>}
    </Alert>
  );
}
