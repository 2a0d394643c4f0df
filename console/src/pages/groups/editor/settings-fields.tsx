import ColumnLayout from '@cloudscape-design/components/column-layout';
import type { LaunchSettings } from '../../../api/types.js';
import { common } from '../../../strings/common.js';
import { groupEditor as text } from '../../../strings/editors.js';
import { ChoiceField } from '../../../view/fields.js';
import { words } from '../../../view/format.js';

interface Props {
  readonly settings: LaunchSettings;
  /** What it means to leave a setting out. */
  readonly leave: string;
  readonly onSettings: (settings: LaunchSettings) => void;
}

const flag = (value: string) => (value === '' ? undefined : value === 'true');
const shown = (value: boolean | null | undefined) => (value == null ? '' : String(value));

/** Every launch setting of the API; the first choice is to leave it out. */
export function SettingsFields({ settings, leave, onSettings }: Props) {
  const set = (change: Partial<LaunchSettings>) => onSettings({ ...settings, ...change });
  const choices = (...values: string[]) => [{ value: '', label: leave }, ...values.map((value) => ({ value, label: words(value) }))];
  const yesNo = [{ value: '', label: leave }, { value: 'true', label: common.yes }, { value: 'false', label: common.no }];
  const licensing = (value: string) => (value === '' ? undefined : { osByol: value === 'true' });
  return (
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
      <ChoiceField label={text.copyTags} value={shown(settings.copyTags)} options={yesNo} onValue={(value) => set({ copyTags: flag(value) })} />
      <ChoiceField label={text.copyPrivateIp} value={shown(settings.copyPrivateIp)} options={yesNo} onValue={(value) => set({ copyPrivateIp: flag(value) })} />
      <ChoiceField label={text.licence} value={shown(settings.licensing?.osByol)} options={yesNo} onValue={(value) => set({ licensing: licensing(value) })} />
    </ColumnLayout>
  );
}
