import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import Table from '@cloudscape-design/components/table';
import type { Execution, WaveRun } from '../../api/types.js';
import { common } from '../../strings/common.js';
import { executions, execution as strings } from '../../strings/executions.js';
import { duration, timeOfDay, words } from '../../view/format.js';
import { Status } from '../../view/status.js';
import { type Expectation, isUnderWay, progressOf } from './progress.js';

interface Props {
  readonly execution: Execution;
  readonly expected: Map<string, Expectation> | undefined;
  readonly now: number;
  readonly selected: string | undefined;
  readonly onSelect: (wave: string) => void;
}

/** What the graph and the timeline draw, as text. */
export function WavesTable({ execution, expected, now, selected, onSelect }: Props) {
  const text = strings.waves;
  const took = (wave: WaveRun) =>
    wave.startedAt == null ? common.none : duration((wave.endedAt ?? (isUnderWay(wave) ? now : wave.startedAt)) - wave.startedAt);
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
        { id: 'duration', header: text.duration, cell: took },
        ...(expected
          ? [{ id: 'expected', header: text.expected, cell: ({ name, endedAt }: WaveRun) => (endedAt == null ? timeOfDay(expected.get(name)?.end) : common.none) }]
          : []),
        ...(execution.waves.some(({ reason }) => reason !== '')
          ? [{ id: 'reason', header: text.reason, cell: ({ reason }: WaveRun) => reason || common.none, minWidth: 240 }]
          : []),
      ]}
    />
  );
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
