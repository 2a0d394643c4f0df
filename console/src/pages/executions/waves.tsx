import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { Suspense, lazy, useCallback, useDeferredValue, useMemo, useState } from 'react';
import type { Execution, PlanForecast } from '../../api/types.js';
import { execution as strings } from '../../strings/executions.js';
import { words } from '../../view/format.js';
import { Gantt } from '../../view/gantt.js';
import { lookOf } from '../../view/status.js';
import type { GraphNode } from '../../view/wave-graph.js';
import { ganttRows } from './gantt-rows.js';
import { progressOf } from './progress.js';
import { useRunTime } from './run-clock.js';
import { ServersTable } from './servers-table.js';
import { WavesTable } from './waves-table.js';

const WaveGraph = lazy(() => import('../../view/wave-graph.js'));

interface Props {
  readonly execution: Execution;
  readonly target: number | undefined;
  readonly hasExpected: boolean;
  readonly forecast: PlanForecast | undefined;
}

/** The waves four times: as a graph, over time, as a table, and their servers. A wave that is chosen narrows the servers. */
export function Waves({ execution: newest, target, hasExpected, forecast }: Props) {
  // What a poll brings is drawn in pieces that give way to what somebody does meanwhile; so is a narrower list.
  const execution = useDeferredValue(newest);
  const [selected, setSelected] = useState<string>();
  const select = useCallback((wave: string) => setSelected((before) => (before === wave ? undefined : wave)), []);
  const narrowed = useDeferredValue(selected);
  const nodes = useMemo(() => graphNodes(execution), [execution]);
  return (
    <SpaceBetween size="l">
      <div className="side-by-side">
        <Container header={<Header variant="h2">{strings.graph.title}</Header>}>
          <Suspense fallback={<Spinner />}>
            <WaveGraph waves={nodes} selected={selected} onSelect={select} />
          </Suspense>
        </Container>
        <Container header={<Header variant="h2">{strings.gantt.title}</Header>}>
          <RunGantt execution={execution} forecast={forecast} target={target} />
        </Container>
      </div>
      <WavesTable execution={execution} hasExpected={hasExpected} onSelect={select} />
      <ServersTable execution={execution} wave={narrowed} onWave={setSelected} />
    </SpaceBetween>
  );
}

function RunGantt({ execution, forecast, target }: Pick<Props, 'execution' | 'forecast' | 'target'>) {
  const { now } = useRunTime();
  const rows = useMemo(() => ganttRows(execution, forecast), [execution, forecast]);
  return (
    <Gantt
      rows={rows}
      {...(target !== undefined && { target })}
      {...(execution.endedAt == null && { now: now - execution.startedAt })}
    />
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
