import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import type { GroupDocument } from '../../../api/types.js';
import { useShell } from '../../../shell/context.js';
import { groupEditor as text, planEditor } from '../../../strings/editors.js';
import { ChoiceField, TextField } from '../../../view/fields.js';
import { useRegionServers } from './use-candidates.js';

interface Props {
  readonly group: GroupDocument;
  readonly isNew: boolean;
  readonly at: (field: string) => string | undefined;
  readonly onGroup: (group: GroupDocument) => void;
}

/** What it is called, and where its servers are recovered. Both stay as they are once it is made. */
export function General({ group, isNew, at, onGroup }: Props) {
  const { config } = useShell();
  const { regions } = useRegionServers(group.region);
  const set = (change: Partial<GroupDocument>) => onGroup({ ...group, ...change });
  const others = regions.map(({ region }) => region).filter((region) => region !== config.region);
  const options = [{ value: '', label: text.ownRegion(config.region) }, ...[config.region, ...others].map((region) => ({ value: region, label: region }))];
  return (
    <Container header={<Header variant="h2">{text.general}</Header>}>
      <ColumnLayout columns={2}>
        <TextField label={planEditor.name} hint={planEditor.nameHint} problem={at('name')} value={group.name} disabled={!isNew} onValue={(name) => set({ name })} />
        {isNew ? (
          // Other servers belong to another Region: what was chosen goes.
          <ChoiceField
            label={text.region}
            hint={text.regionHint}
            problem={at('region')}
            value={group.region ?? ''}
            options={options}
            onValue={(region) => set({ region: region || undefined, ...(group.servers && { servers: [] }), serverLaunchSettings: undefined })}
          />
        ) : (
          <TextField label={text.region} hint={text.regionHint} problem={at('region')} value={group.region ?? text.ownRegion(config.region)} disabled onValue={() => {}} />
        )}
        <TextField label={planEditor.description} problem={at('description')} value={group.description ?? ''} onValue={(description) => set({ description })} />
        {group.account != null && <TextField label={text.account} problem={at('account')} value={group.account} disabled onValue={() => {}} />}
      </ColumnLayout>
    </Container>
  );
}
