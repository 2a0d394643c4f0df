import Alert from '@cloudscape-design/components/alert';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { LaunchSettings } from '../../../api/types.js';
import { common } from '../../../strings/common.js';
import { groupEditor as text } from '../../../strings/editors.js';
import { ChoiceField } from '../../../view/fields.js';
import { words } from '../../../view/format.js';

interface Props {
  readonly settings: LaunchSettings;
  readonly problem: string | undefined;
  readonly onSettings: (settings: LaunchSettings) => void;
}

/** The first is to leave it out. */
const LEAVE = { value: '', label: text.leave };
const choices = (...values: string[]) => [LEAVE, ...values.map((value) => ({ value, label: words(value) }))];
const YES_NO = [LEAVE, { value: 'true', label: common.yes }, { value: 'false', label: common.no }];
const flag = (value: string) => (value === '' ? undefined : value === 'true');
const shown = (value: boolean | null | undefined) => (value == null ? '' : String(value));

/** What DRS is told before a launch. */
export function Settings({ settings, problem, onSettings }: Props) {
  const set = (change: Partial<LaunchSettings>) => onSettings({ ...settings, ...change });
  return (
    <Container header={<Header variant="h2" description={text.settingsHint}>{text.settings}</Header>}>
      <SpaceBetween size="l">
        {problem && <Alert type="error">{problem}</Alert>}
        <ColumnLayout columns={3}>
          <ChoiceField
            label={text.rightSizing}
            value={settings.rightSizing ?? ''}
            options={choices('NONE', 'BASIC', 'IN_AWS')}
            onValue={(value) => set({ rightSizing: (value || undefined) as LaunchSettings['rightSizing'] })}
          />
          <ChoiceField
            label={text.disposition}
            value={settings.launchDisposition ?? ''}
            options={choices('STARTED', 'STOPPED')}
            onValue={(value) => set({ launchDisposition: (value || undefined) as LaunchSettings['launchDisposition'] })}
          />
          <ChoiceField
            label={text.recoveryMode}
            value={settings.recoveryMode ?? ''}
            options={choices('FAST', 'OPTIMAL')}
            onValue={(value) => set({ recoveryMode: (value || undefined) as LaunchSettings['recoveryMode'] })}
          />
          <ChoiceField label={text.copyTags} value={shown(settings.copyTags)} options={YES_NO} onValue={(value) => set({ copyTags: flag(value) })} />
          <ChoiceField label={text.copyPrivateIp} value={shown(settings.copyPrivateIp)} options={YES_NO} onValue={(value) => set({ copyPrivateIp: flag(value) })} />
        </ColumnLayout>
      </SpaceBetween>
    </Container>
  );
}
