import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { useApi, useMay, useMe, useShell } from '../../shell/context.js';
import { useNotify } from '../../shell/notifications.js';
import { QueryState } from '../../shell/query-state.js';
import { common } from '../../strings/common.js';
import { settings as text } from '../../strings/inventory.js';
import { saveAs } from '../../view/save-as.js';
import { Import } from './import.js';

/** Export, import, and who one is. */
export default function SettingsPage() {
  const me = useMe();
  const mayPlan = useMay('Plan');
  return (
    <ContentLayout header={<Header variant="h1">{text.title}</Header>}>
      <QueryState query={me}>
        {({ roles, actions }) => (
          <SpaceBetween size="l">
            <Export />
            {mayPlan && <Import />}
            <About roles={roles} actions={actions} />
          </SpaceBetween>
        )}
      </QueryState>
    </ContentLayout>
  );
}

function Export() {
  const api = useApi();
  const notify = useNotify();
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      const { data } = await api.GET('/v1/export', { parseAs: 'blob' });
      saveAs(data as unknown as Blob, 'recovery-plans.yaml');
    } catch (error) {
      notify('error', text.exportFailed, error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  const actions = <Button loading={busy} onClick={() => void save()}>{text.exportAction}</Button>;
  return <Container header={<Header variant="h2" actions={actions}>{text.export}</Header>}>{text.exportHint}</Container>;
}

function About({ roles, actions }: { roles: readonly string[]; actions: readonly string[] }) {
  const { config, session } = useShell();
  return (
    <Container header={<Header variant="h2">{text.about}</Header>}>
      <KeyValuePairs
        columns={3}
        items={[
          { label: text.signedIn, value: session.name },
          { label: text.roles, value: common.roles(roles) },
          { label: text.may, value: actions.join(', ') || common.none },
          { label: text.region, value: config.region },
          { label: text.api, value: `${config.apiUrl || window.location.origin}/v1` },
        ]}
      />
    </Container>
  );
}
