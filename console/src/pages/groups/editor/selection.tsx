import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Multiselect from '@cloudscape-design/components/multiselect';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { GroupDocument } from '../../../api/types.js';
import { common } from '../../../strings/common.js';
import { groupEditor as text, planEditor } from '../../../strings/editors.js';
import { ByServer } from './by-server.js';
import { ByTags } from './by-tags.js';
import { useCandidates } from './use-candidates.js';

interface Props {
  readonly group: GroupDocument;
  readonly problem: string | undefined;
  readonly onGroup: (group: GroupDocument) => void;
}

/** Servers one by one, or whatever has the tags when a plan runs. */
export function Selection({ group, problem, onGroup }: Props) {
  const byTags = group.selectionTags !== undefined && Object.keys(group.selectionTags).length > 0;
  const choose = (value: string) =>
    onGroup(value === 'tags' ? { ...group, servers: undefined, selectionTags: { '': [] } } : { ...group, servers: [], selectionTags: undefined });
  return (
    <Container header={<Header variant="h2">{text.selection}</Header>}>
      <SpaceBetween size="l">
        {problem && <Alert type="error">{problem}</Alert>}
        <RadioGroup
          ariaLabel={text.selection}
          value={byTags ? 'tags' : 'servers'}
          items={[{ value: 'servers', label: text.byServer }, { value: 'tags', label: text.byTags }]}
          onChange={({ detail }) => choose(detail.value)}
        />
        {byTags ? (
          <ByTags group={group} onGroup={onGroup} />
        ) : (
          <>
            <ByServer group={group} onGroup={onGroup} />
            <Optional group={group} onGroup={onGroup} />
          </>
        )}
      </SpaceBetween>
    </Container>
  );
}

function Optional({ group, onGroup }: Omit<Props, 'problem'>) {
  const servers = group.servers ?? [];
  const { named } = useCandidates(group);
  const options = servers.map(({ id }) => ({ value: id, label: named(id), description: id }));
  const optionalIds = new Set(servers.filter(({ criticality }) => criticality === 'optional').map(({ id }) => id));
  return (
    <FormField label={text.optional} description={text.optionalHint} stretch>
      <Multiselect
        placeholder={text.chooseOptional}
        virtualScroll
        tokenLimit={20}
        i18nStrings={{ tokenLimitShowMore: text.showMore, tokenLimitShowFewer: text.showFewer }}
        filteringType="auto"
        filteringAriaLabel={common.filterPlaceholder}
        options={options}
        selectedOptions={options.filter(({ value }) => optionalIds.has(value))}
        deselectAriaLabel={({ label }) => `${planEditor.removeCheck} ${label ?? ''}`}
        onChange={({ detail }) => {
          const optional = new Set(detail.selectedOptions.map(({ value }) => value));
          onGroup({ ...group, servers: servers.map(({ id }) => ({ id, criticality: optional.has(id) ? 'optional' : 'critical' })) });
        }}
      />
    </FormField>
  );
}
