import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { GroupDocument } from '../../../api/types.js';
import { useShell } from '../../../shell/context.js';
import { common } from '../../../strings/common.js';
import { groupEditor as text, planEditor } from '../../../strings/editors.js';
import { groups as strings } from '../../../strings/inventory.js';
import { selectionText } from '../selection.js';
import { settingsText } from './settings-text.js';
import { useCandidates } from './use-candidates.js';

interface Props {
  readonly group: GroupDocument;
  readonly onStep: (step: number) => void;
}

/** More names than anybody reads. */
const NAMES = 30;

/** Everything that is stored with Save. */
export function Review({ group, onStep }: Props) {
  const { config } = useShell();
  const { named } = useCandidates(group);
  const servers = group.servers ?? [];
  const optional = servers.filter(({ criticality }) => criticality === 'optional');
  const names = (ids: readonly { id: string }[]) =>
    [...ids.slice(0, NAMES).map(({ id }) => named(id)), ...(ids.length > NAMES ? [text.andMore(ids.length - NAMES)] : [])].join(', ') || common.none;
  const own = Object.entries(group.serverLaunchSettings ?? {});
  const part = (step: number, title: string, items: { label: string; value: string }[]) => (
    <Container header={<Header variant="h2" actions={<Button ariaLabel={text.changeStep(title)} onClick={() => onStep(step)}>{text.change}</Button>}>{title}</Header>}>
      <KeyValuePairs columns={2} items={items} />
    </Container>
  );
  return (
    <SpaceBetween size="l">
      {part(0, text.general, [
        { label: planEditor.name, value: group.name || common.none },
        { label: text.region, value: group.region ?? text.ownRegion(config.region) },
        { label: planEditor.description, value: group.description || common.none },
      ])}
      {part(1, text.selection, [
        { label: text.servers, value: selectionText(group) },
        ...(servers.length > 0 ? [{ label: text.chosenServers, value: names(servers) }, { label: text.optional, value: names(optional) }] : []),
        { label: strings.facts.checks, value: (group.healthChecks ?? []).map(({ name }) => name).join(', ') || common.none },
      ])}
      {part(2, text.settings, [
        { label: text.forAll, value: settingsText(group.launchSettings) },
        ...own.slice(0, NAMES).map(([id, settings]) => ({ label: text.override(named(id)), value: settingsText(settings) })),
        ...(own.length > NAMES ? [{ label: text.overrides, value: text.andMore(own.length - NAMES) }] : []),
      ])}
    </SpaceBetween>
  );
}
