import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { LaunchSettings } from '../../../api/types.js';
import { groupEditor as text } from '../../../strings/editors.js';
import { SettingsFields } from './settings-fields.js';

interface Props {
  readonly settings: LaunchSettings;
  readonly problem: string | undefined;
  readonly onSettings: (settings: LaunchSettings) => void;
}

/** What DRS is told before a launch. */
export function Settings({ settings, problem, onSettings }: Props) {
  return (
    <Container header={<Header variant="h2" description={text.settingsHint}>{text.forAll}</Header>}>
      <SpaceBetween size="l">
        {problem && <Alert type="error">{problem}</Alert>}
        <SettingsFields settings={settings} leave={text.leave} onSettings={onSettings} />
      </SpaceBetween>
    </Container>
  );
}
