import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { Suspense, lazy, useCallback, useMemo, useState } from 'react';
import type { Execution, PlanForecast } from '../../api/types.js';
import { execution as strings } from '../../strings/executions.js';
import { words } from '../../view/format.js';
import { Gantt } from '../../view/gantt.js';
import { lookOf } from '../../view/status.js';
import type { GraphNode } from '../../view/wave-graph.js';
import { ganttRows } from './gantt-rows.js';
import { type Expectation, progressOf } from './progress.js';
import { ServersTable } from './servers-table.js';
import { RunTime, WavesTable } from './waves-table.js';

const WaveGraph = lazy(() => import('../../view/wave-graph.js'));

interface Props {
  readonly execution: Execution;
  readonly now: number;
  readonly target: number | undefined;
  readonly expected: Map<string, Expectation> | undefined;
  readonly forecast: PlanForecast | undefined;
}

/** The waves four times: as a graph, over time, as a table, and their servers. A wave that is chosen narrows the servers. */
export function Waves({ execution, now, target, expected, forecast }: Props) {
  const [selected, setSelected] = useState<string>();
  const select = useCallback((wave: string) => setSelected((before) => (before === wave ? undefined : wave)), []);
  // The clock comes by every second, the execution only when something happened.
  const nodes = useMemo(() => graphNodes(execution), [execution]);
  const time = useMemo(() => ({ now, expected }), [now, expected]);
  return (
    <SpaceBetween size="l">
      <div className="side-by-side">
        <Container header={<Header variant="h2">{strings.graph.title}</Header>}>
          <Suspense fallback={<Spinner />}>
            <WaveGraph waves={nodes} selected={selected} onSelect={select} />
          </Suspense>
        </Container>
        <Container header={<Header variant="h2">{strings.gantt.title}</Header>}>
          <Gantt
            rows={ganttRows(execution, forecast, now)}
            {...(target !== undefined && { target })}
            {...(execution.endedAt == null && { now: now - execution.startedAt })}
          />
        </Container>
      </div>
      <RunTime value={time}>
        <WavesTable execution={execution} hasExpected={expected !== undefined} selected={selected} onSelect={select} />
      </RunTime>
      <ServersTable execution={execution} wave={selected} onWave={setSelected} />
    </SpaceBetween>
  );
}

function graphNodes({ waves }: Execution): GraphNode[] {
  return waves.map(({ name, dependsOnWaves, status, servers }) => {
    const { up, total, failed } = progressOf(servers);
    return {
      name,
      dependsOnWaves,
      look: lookOf(status),
      status: words(status),
      detail: failed > 0 ? strings.waves.failedServers(failed) : `${up}/${total}`,
      done: total === 0 ? 0 : up / total,
    };
  });
}
