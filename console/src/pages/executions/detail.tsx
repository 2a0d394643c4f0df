import Alert from '@cloudscape-design/components/alert';
import ContentLayout from '@cloudscape-design/components/content-layout';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMemo } from 'react';
import { useParams } from 'react-router';
import { isLive, useExecution, useForecast, usePlanVersion } from '../../api/queries.js';
import type { Execution } from '../../api/types.js';
import { QueryState } from '../../shell/query-state.js';
import { execution as strings } from '../../strings/executions.js';
import { FindingsTable } from '../../view/findings-table.js';
import { timeOfDay } from '../../view/format.js';
import { ExecutionButtons } from './buttons.js';
import { Cleanup } from './cleanup.js';
import { Decisions } from './decisions.js';
import { EventsTable } from './events-table.js';
import { expectations } from './progress.js';
import { RunClock } from './run-clock.js';
import { StoredReports } from './stored-reports.js';
import { Summary } from './summary.js';
import { Waves } from './waves.js';

/** One execution, live. */
export default function ExecutionPage() {
  const { executionId = '' } = useParams();
  const query = useExecution(executionId);
  return <QueryState query={query}>{(execution) => <Detail execution={execution} />}</QueryState>;
}

function Detail({ execution }: { execution: Execution }) {
  const running = execution.endedAt == null;
  const version = usePlanVersion(execution.planId, execution.planVersion);
  // Of the plan as it is now. An old run is shown against what it was, which only its totals tell.
  const forecast = useForecast(execution.planId, execution.mode, running || execution.planVersion != null).data;
  const current = forecast?.planVersion === execution.planVersion ? forecast : undefined;
  // At any time or at none: which of them is a question of the waves.
  const hasExpected = useMemo(
    () => running && current !== undefined && expectations(execution, current, execution.startedAt) !== undefined,
    [execution, current, running],
  );
  const target = version.data?.targetRtoMinutes == null ? undefined : version.data.targetRtoMinutes * 60;
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={execution.executionId} actions={<ExecutionButtons execution={execution} />}>
          {strings.of(execution.mode, execution.planId)}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {execution.paused && (
          <Alert type="warning">{strings.paused(execution.paused.by, timeOfDay(execution.paused.at))}</Alert>
        )}
        {execution.cancelled && (
          <Alert type="warning">
            {strings.cancelled(execution.cancelled.by, timeOfDay(execution.cancelled.at), execution.cancelled.comment ?? '')}
          </Alert>
        )}
        {execution.status === 'REFUSED' && <Alert type="error">{strings.refused} {execution.reason}</Alert>}
        {execution.status !== 'REFUSED' && execution.reason && <Alert type="info">{execution.reason}</Alert>}
        <RunClock execution={execution} forecast={current}>
          <SpaceBetween size="l">
            <Decisions execution={execution} />
            <Summary execution={execution} target={target} hasForecast={current !== undefined} />
            {execution.waves.length > 0 && <Waves execution={execution} target={target} hasExpected={hasExpected} forecast={current} />}
          </SpaceBetween>
        </RunClock>
        {execution.findings.length > 0 && (
          <ExpandableSection
            variant="container"
            headerText={strings.findings}
            headerCounter={`(${execution.findings.length})`}
            defaultExpanded={execution.status === 'REFUSED'}
          >
            <FindingsTable findings={execution.findings} embedded />
          </ExpandableSection>
        )}
        {execution.cleanup && <Cleanup cleanup={execution.cleanup} />}
        {!running && <StoredReports execution={execution} />}
        <EventsTable executionId={execution.executionId} live={isLive(execution)} />
      </SpaceBetween>
    </ContentLayout>
  );
}
