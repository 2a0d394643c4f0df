import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { useState } from 'react';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { body } from '../../api/client.js';
import { usePlan } from '../../api/queries.js';
import type { Mode, Plan } from '../../api/types.js';
import { to } from '../../routes.js';
import { useApi, useMay } from '../../shell/context.js';
import { QueryState } from '../../shell/query-state.js';
import { common } from '../../strings/common.js';
import { deletion } from '../../strings/deletion.js';
import { planEditor } from '../../strings/editors.js';
import { plan as text } from '../../strings/plans.js';
import { DeleteButton } from '../../view/delete-button.js';
import { dateTime, words } from '../../view/format.js';
import { PlanReadiness } from '../../view/readiness.js';
import { ForecastTab } from './forecast-tab.js';
import { PreflightTab } from './preflight-tab.js';
import { RunsTab } from './runs-tab.js';
import { StartDialog } from './start-dialog.js';
import { VersionsTab } from './versions-tab.js';
import { WavesTab } from './waves-tab.js';

/** One recovery plan. */
export default function PlanPage() {
  const { planName = '' } = useParams();
  const query = usePlan(planName);
  return <QueryState query={query}>{(plan) => <Detail plan={plan} />}</QueryState>;
}

function Detail({ plan }: { plan: Plan }) {
  const navigate = useNavigate();
  const mayPlan = useMay('Plan');
  const mayDrill = useMay('StartDrill');
  const mayRecover = useMay('StartRecovery');
  const [starting, setStarting] = useState<Mode>();
  // In the address, so that a tab can be linked to.
  const [search, setSearch] = useSearchParams();
  const tabs = [
    { id: 'waves', label: text.tabs.waves, content: <WavesTab plan={plan} /> },
    { id: 'forecast', label: text.tabs.forecast, content: <ForecastTab plan={plan} /> },
    { id: 'preflight', label: text.tabs.preflight, content: <PreflightTab plan={plan} /> },
    { id: 'runs', label: text.tabs.runs, content: <RunsTab plan={plan} /> },
    { id: 'versions', label: text.tabs.versions, content: <VersionsTab plan={plan} /> },
  ];
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={plan.description}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              {mayPlan && <Delete plan={plan} />}
              {mayPlan && <Button onClick={() => void navigate(to.editPlan(plan.name))}>{planEditor.editAction}</Button>}
              {mayRecover && <Button onClick={() => setStarting('RECOVERY')}>{text.startRecovery}</Button>}
              {mayDrill && <Button variant="primary" onClick={() => setStarting('DRILL')}>{text.startDrill}</Button>}
            </SpaceBetween>
          }
        >
          {plan.name}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Facts plan={plan} />
        <Tabs
          ariaLabel={plan.name}
          tabs={tabs}
          activeTabId={search.get('tab') ?? 'waves'}
          onChange={({ detail }) => setSearch({ tab: detail.activeTabId }, { replace: true })}
        />
      </SpaceBetween>
      {starting && <StartDialog plan={plan} mode={starting} onClose={() => setStarting(undefined)} />}
    </ContentLayout>
  );
}

function Delete({ plan: { name, version } }: { plan: Plan }) {
  const api = useApi();
  const navigate = useNavigate();
  const params = { path: { name }, header: { 'If-Match': `"${version}"` } };
  return (
    <DeleteButton
      name={name}
      hint={deletion.plan}
      onDelete={() => body(api.DELETE('/v1/recovery-plans/{name}', { params }))}
      onDeleted={() => void navigate(to.plans)}
    />
  );
}

function Facts({ plan }: { plan: Plan }) {
  const { facts } = text;
  const minutes = (value: number | null | undefined) => (value == null ? common.none : text.minutes(value));
  return (
    <Container>
      <KeyValuePairs
        columns={4}
        items={[
          { label: facts.readiness, value: <PlanReadiness name={plan.name} /> },
          { label: facts.targetRto, value: minutes(plan.targetRtoMinutes) },
          { label: facts.targetRpo, value: minutes(plan.targetRpoMinutes) },
          { label: facts.drillEvery, value: plan.drillEveryDays ? facts.days(plan.drillEveryDays) : common.none },
          { label: facts.version, value: `${plan.version}, ${facts.changed(plan.updatedBy, dateTime(plan.updatedAt))}` },
          { label: facts.fourEyes, value: plan.fourEyes ? common.yes : common.no },
          { label: facts.launchSettings, value: words(plan.onLaunchSettingsFailure ?? 'STOP') },
        ]}
      />
    </Container>
  );
}
