import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import Table from '@cloudscape-design/components/table';
import { memo } from 'react';
import type { Execution, WaveRun } from '../../api/types.js';
import { common } from '../../strings/common.js';
import { executions, execution as strings } from '../../strings/executions.js';
import { duration, timeOfDay, words } from '../../view/format.js';
import { usePages } from '../../view/pages.js';
import { Status } from '../../view/status.js';
import { isUnderWay, progressOf } from './progress.js';
import { useRunTime } from './run-clock.js';

interface Props {
  readonly execution: Execution;
  readonly hasExpected: boolean;
  readonly onSelect: (wave: string) => void;
}

const text = strings.waves;

/** What the graph and the timeline draw, as text. */
export const WavesTable = memo(function WavesTable({ execution, hasExpected, onSelect }: Props) {
  const pages = usePages(execution.waves, text.pages);
  return (
    <Table
      header={<Header variant="h2" counter={`(${execution.waves.length})`}>{text.title}</Header>}
      trackBy="name"
      {...pages.rows}
      pagination={pages.pagination}
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
          ? [{ id: 'expected', header: text.expected, cell: ({ name, endedAt }: WaveRun) => (endedAt == null ? <Expected wave={name} /> : common.none) }]
          : []),
        ...(execution.waves.some(({ reason }) => reason !== '')
          ? [{ id: 'reason', header: text.reason, cell: ({ reason }: WaveRun) => reason || common.none, minWidth: 240 }]
          : []),
      ]}
    />
  );
});

function Took({ wave }: { wave: WaveRun }) {
  const { startedAt, endedAt } = wave;
  if (startedAt == null) {
    return <>{common.none}</>;
  }
  return isUnderWay(wave) ? <Since at={startedAt} /> : <>{duration((endedAt ?? startedAt) - startedAt)}</>;
}

function Since({ at }: { at: number }) {
  return <>{duration(useRunTime().now - at)}</>;
}

function Expected({ wave }: { wave: string }) {
  return <>{timeOfDay(useRunTime().expected?.get(wave)?.end)}</>;
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
