import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import Table from '@cloudscape-design/components/table';
import { createContext, memo, useContext } from 'react';
import type { Execution, WaveRun } from '../../api/types.js';
import { common } from '../../strings/common.js';
import { executions, execution as strings } from '../../strings/executions.js';
import { duration, timeOfDay, words } from '../../view/format.js';
import { Status } from '../../view/status.js';
import { type Expectation, isUnderWay, progressOf } from './progress.js';

/** What passes while nothing happens: only the cells that show it are rendered again for it. */
export const RunTime = createContext<{ readonly now: number; readonly expected: Map<string, Expectation> | undefined }>({
  now: 0,
  expected: undefined,
});

interface Props {
  readonly execution: Execution;
  readonly hasExpected: boolean;
  readonly selected: string | undefined;
  readonly onSelect: (wave: string) => void;
}

/** What the graph and the timeline draw, as text. */
export const WavesTable = memo(function WavesTable({ execution, hasExpected, selected, onSelect }: Props) {
  const text = strings.waves;
  return (
    <Table
      header={<Header variant="h2" counter={`(${execution.waves.length})`}>{text.title}</Header>}
      trackBy="name"
      items={execution.waves}
      selectedItems={execution.waves.filter(({ name }) => name === selected)}
      wrapLines
      columnDefinitions={[
        {
          id: 'name',
          header: text.name,
          isRowHeader: true,
          cell: ({ name }) => (
            <Link onFollow={(event) => { event.preventDefault(); onSelect(name); }} href="#servers">{name}</Link>
          ),
        },
        { id: 'status', header: text.status, cell: (wave) => <WaveStatus wave={wave} />, minWidth: 215 },
        { id: 'after', header: text.after, cell: ({ dependsOnWaves }) => dependsOnWaves.join(', ') || common.none, minWidth: 100 },
        { id: 'servers', header: text.progress, cell: ({ servers }) => serversText(servers) },
        { id: 'started', header: text.started, cell: ({ startedAt }) => timeOfDay(startedAt) },
        { id: 'ended', header: text.ended, cell: ({ endedAt }) => timeOfDay(endedAt) },
        { id: 'duration', header: text.duration, cell: (wave) => <Took wave={wave} /> },
        ...(hasExpected
          ? [{ id: 'expected', header: text.expected, cell: (wave: WaveRun) => <Expected wave={wave} /> }]
          : []),
        ...(execution.waves.some(({ reason }) => reason !== '')
          ? [{ id: 'reason', header: text.reason, cell: ({ reason }: WaveRun) => reason || common.none, minWidth: 240 }]
          : []),
      ]}
    />
  );
});

function Took({ wave }: { wave: WaveRun }) {
  const { now } = useContext(RunTime);
  const { startedAt, endedAt } = wave;
  return <>{startedAt == null ? common.none : duration((endedAt ?? (isUnderWay(wave) ? now : startedAt)) - startedAt)}</>;
}

function Expected({ wave: { name, endedAt } }: { wave: WaveRun }) {
  const { expected } = useContext(RunTime);
  return <>{endedAt == null ? timeOfDay(expected?.get(name)?.end) : common.none}</>;
}

function serversText(servers: WaveRun['servers']): string {
  const { up, total, failed } = progressOf(servers);
  return `${executions.recovered(up, total)}${failed > 0 ? `, ${strings.waves.failedServers(failed)}` : ''}`;
}

function WaveStatus({ wave }: { wave: WaveRun }) {
  const decision = wave.approval?.decision;
  return (
    <>
      <Status status={wave.status} />
      {decision && <div>{strings.decision.made(words(decision.verdict), decision.by, timeOfDay(decision.at))}</div>}
    </>
  );
}
