import FormField from '@cloudscape-design/components/form-field';
import Multiselect from '@cloudscape-design/components/multiselect';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { body } from '../../../api/client.js';
import type { Criticality, Wave } from '../../../api/types.js';
import { useApi } from '../../../shell/context.js';
import { common } from '../../../strings/common.js';
import { steps } from '../../../strings/steps.js';
import { withCriticality } from './draft.js';

const text = steps.criticality;

interface Props {
  readonly wave: Wave;
  readonly problem: string | undefined;
  readonly onWave: (wave: Wave) => void;
}

/** Servers for which the plan says it otherwise than their group. Which there are is asked once somebody wants to choose. */
export function CriticalityFields({ wave, problem, onWave }: Props) {
  const [asked, setAsked] = useState(false);
  const servers = useServers(wave.groups, asked);
  const fields = { wave, servers, onAsk: () => setAsked(true), onWave };
  return (
    <FormField label={text.title} errorText={problem} stretch>
      <ColumnLayout columns={2}>
        <Servers {...fields} which="optional" label={text.optional} hint={text.optionalHint} />
        <Servers {...fields} which="critical" label={text.critical} hint={text.criticalHint} />
      </ColumnLayout>
    </FormField>
  );
}

interface Found {
  readonly names: ReadonlyMap<string, string>;
  readonly status: 'pending' | 'loading' | 'finished' | 'error';
}

function useServers(groups: readonly string[], enabled: boolean): Found {
  const api = useApi();
  const answers = useQueries({
    queries: groups.map((name) => ({
      queryKey: ['resolve', name],
      queryFn: () => body(api.POST('/v1/protection-groups/{name}/resolve', { params: { path: { name } }, body: {} })),
      enabled,
      staleTime: 60_000,
    })),
  });
  const found = answers.flatMap(({ data }) => data?.items ?? []);
  const status = answers.some(({ error }) => error) ? 'error' : enabled && answers.some(({ isFetching }) => isFetching) ? 'loading' : 'finished';
  return { names: new Map(found.map(({ id, hostname }) => [id, hostname])), status };
}

interface ServersProps extends Omit<Props, 'problem'> {
  readonly which: Criticality;
  readonly label: string;
  readonly hint: string;
  readonly servers: Found;
  readonly onAsk: () => void;
}

function Servers({ wave, which, label, hint, servers: { names, status }, onAsk, onWave }: ServersProps) {
  const chosen = Object.entries(wave.criticality ?? {}).flatMap(([id, criticality]) => (criticality === which ? [id] : []));
  const option = (id: string) => ({ value: id, label: names.get(id) || id, description: id });
  return (
    <FormField label={label} description={hint} stretch>
      <Multiselect
        placeholder={text.none}
        filteringType="auto"
        virtualScroll={names.size > 100}
        filteringAriaLabel={common.filterPlaceholder}
        statusType={status}
        loadingText={common.loading}
        errorText={text.failed}
        selectedOptions={chosen.map(option)}
        options={[...new Set([...names.keys(), ...chosen])].map(option)}
        deselectAriaLabel={({ label: name }) => `${steps.remove} ${name ?? ''}`}
        onFocus={onAsk}
        onChange={({ detail }) => onWave(withCriticality(wave, which, detail.selectedOptions.flatMap(({ value }) => value ?? [])))}
      />
    </FormField>
  );
}
