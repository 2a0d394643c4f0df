import FormField from '@cloudscape-design/components/form-field';
import Multiselect from '@cloudscape-design/components/multiselect';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQueries, useQuery } from '@tanstack/react-query';
import { body } from '../../api/client.js';
import { useApi } from '../../shell/context.js';
import { common } from '../../strings/common.js';
import { recoveryPoint as text } from '../../strings/recovery-point.js';
import { dateTime } from '../../view/format.js';
import type { PointProps } from './recovery-point-field.js';
import { withServers } from './recovery-point.js';

interface Server {
  readonly id: string;
  readonly name: string;
  readonly region: string;
}

/** The servers of the plan for which a recovery point is chosen by hand, and which. */
export function ServerPoints({ plan, draft, onDraft }: PointProps) {
  const { servers, status } = useServers(plan.waves.flatMap(({ groups }) => groups));
  const chosen = servers.filter(({ id }) => id in draft.snapshots);
  const option = ({ id, name }: Server) => ({ value: id, label: name, description: id });
  return (
    <SpaceBetween size="s">
      <FormField label={text.servers} stretch>
        <Multiselect
          placeholder={text.chooseServers}
          filteringType="auto"
          virtualScroll={servers.length > 100}
          filteringAriaLabel={common.filterPlaceholder}
          statusType={status}
          loadingText={common.loading}
          errorText={text.failed}
          options={servers.map(option)}
          selectedOptions={chosen.map(option)}
          deselectAriaLabel={({ label }) => `${common.dismiss} ${label ?? ''}`}
          onChange={({ detail }) => onDraft(withServers(draft, detail.selectedOptions.flatMap(({ value }) => value ?? [])))}
        />
      </FormField>
      {chosen.map((server) => (
        <Snapshot
          key={server.id}
          server={server}
          chosen={draft.snapshots[server.id] ?? ''}
          onChosen={(snapshot) => onDraft({ ...draft, snapshots: { ...draft.snapshots, [server.id]: snapshot } })}
        />
      ))}
    </SpaceBetween>
  );
}

function useServers(groups: readonly string[]) {
  const api = useApi();
  const answers = useQueries({
    queries: groups.map((name) => ({
      queryKey: ['resolve', name],
      queryFn: () => body(api.POST('/v1/protection-groups/{name}/resolve', { params: { path: { name } }, body: {} })),
    })),
  });
  const servers = answers.flatMap(({ data }) => data?.items.map(({ id, hostname }): Server => ({ id, name: hostname || id, region: data.region })) ?? []);
  const status = answers.some(({ error }) => error) ? ('error' as const) : answers.some(({ data }) => !data) ? ('loading' as const) : ('finished' as const);
  return { servers, status };
}

function Snapshot({ server: { id, name, region }, chosen, onChosen }: { server: Server; chosen: string; onChosen: (snapshot: string) => void }) {
  const api = useApi();
  // As the page of the server asks.
  const query = useQuery({
    queryKey: ['server', id, region],
    queryFn: () => body(api.GET('/v1/source-servers/{id}', { params: { path: { id }, query: { region } } })),
  });
  const options = (query.data?.snapshots ?? []).map((snapshot) => ({ value: snapshot.id, label: dateTime(snapshot.at), description: snapshot.id }));
  return (
    <FormField label={text.of(name)} errorText={query.error?.message} stretch>
      <Select
        placeholder={text.chooseSnapshot}
        filteringType="auto"
        filteringAriaLabel={common.filterPlaceholder}
        statusType={query.isPending ? 'loading' : 'finished'}
        loadingText={common.loading}
        empty={text.noSnapshot}
        options={options}
        selectedOption={options.find(({ value }) => value === chosen) ?? null}
        onChange={({ detail }) => onChosen(detail.selectedOption.value ?? '')}
      />
    </FormField>
  );
}
