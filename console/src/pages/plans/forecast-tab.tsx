import Container from '@cloudscape-design/components/container';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useState } from 'react';
import { useForecast } from '../../api/queries.js';
import type { Mode, Plan, PlanForecast } from '../../api/types.js';
import { QueryState } from '../../shell/query-state.js';
import { common } from '../../strings/common.js';
import { plan as strings } from '../../strings/plans.js';
import { duration, words } from '../../view/format.js';
import { Gantt } from '../../view/gantt.js';
import { ModeSwitch } from '../../view/mode-switch.js';
import { usePages } from '../../view/pages.js';
import { Status } from '../../view/status.js';

const text = strings.forecast;

/** How long a run is expected to take. */
export function ForecastTab({ plan }: { plan: Plan }) {
  const [mode, setMode] = useState<Mode>('DRILL');
  const query = useForecast(plan.name, mode);
  return (
    <SpaceBetween size="l">
      <ModeSwitch mode={mode} onMode={setMode} />
      <QueryState query={query}>{(forecast) => <Forecast forecast={forecast} />}</QueryState>
    </SpaceBetween>
  );
}

function Forecast({ forecast }: { forecast: PlanForecast }) {
  const target = forecast.target?.targetRtoMinutes;
  const pages = usePages(forecast.waves);
  return (
    <SpaceBetween size="l">
      <Container>
        <SpaceBetween size="l">
          <KeyValuePairs
            columns={4}
            items={[
              { label: text.likely, value: duration(forecast.total.p50Seconds) },
              { label: text.late, value: duration(forecast.total.p90Seconds) },
              { label: text.target, value: <Target forecast={forecast} /> },
              { label: text.critical, value: forecast.criticalPath.join(' → ') || common.none },
            ]}
          />
          <Gantt
            rows={forecast.waves.map(({ name, start, end, critical }) => ({
              name,
              expected: { start: start.p50Seconds, end: end.p50Seconds, late: end.p90Seconds, critical },
            }))}
            {...(target !== undefined && { target: target * 60 })}
          />
        </SpaceBetween>
      </Container>
      <Table
        trackBy="name"
        ariaLabels={{ tableLabel: text.title }}
        wrapLines
        {...pages.rows}
        pagination={pages.pagination}
        columnDefinitions={[
          {
            id: 'name',
            header: text.wave,
            isRowHeader: true,
            cell: ({ name, critical }) => (critical ? `${name} (${text.onCritical})` : name),
          },
          { id: 'servers', header: text.servers, cell: ({ servers }) => servers },
          { id: 'jobs', header: text.jobs, cell: ({ jobs }) => jobs },
          { id: 'from', header: text.from, cell: ({ start }) => duration(start.p50Seconds) },
          { id: 'to', header: text.to, cell: ({ end }) => duration(end.p50Seconds) },
          { id: 'late', header: text.late, cell: ({ end }) => duration(end.p90Seconds) },
          { id: 'queued', header: text.queued, cell: ({ queued }) => duration(queued.p50Seconds) },
          { id: 'basis', header: text.basis, cell: ({ basis }) => words(basis) },
        ]}
      />
    </SpaceBetween>
  );
}

function Target({ forecast: { target } }: { forecast: PlanForecast }) {
  if (!target) {
    return <>{common.none}</>;
  }
  const [status, verdict] = target.metP90 ? ['MET', text.met] : target.metP50 ? ['ATTENTION', text.metLikely] : ['MISSED', text.missed];
  return (
    <>
      {duration(target.targetRtoMinutes * 60)} <Status status={status} text={verdict} />
      {target.change && <div>{target.change.message}</div>}
    </>
  );
}
