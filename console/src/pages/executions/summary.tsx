import Box from '@cloudscape-design/components/box';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import type { Execution } from '../../api/types.js';
import { executions, execution as strings } from '../../strings/executions.js';
import { dateTime, duration } from '../../view/format.js';
import { Status } from '../../view/status.js';
import { expectedEnd, progressOf } from './progress.js';
import { useRunTime } from './run-clock.js';

interface Props {
  readonly execution: Execution;
  /** Seconds. */
  readonly target: number | undefined;
  readonly hasForecast: boolean;
}

/** The RTO clock, and the facts beside it. */
export function Summary(props: Props) {
  return (
    <Container header={<Header variant="h2">{strings.clock.title}</Header>}>
      <ColumnLayout columns={2} variant="text-grid">
        <RtoClock {...props} />
        <Facts execution={props.execution} />
      </ColumnLayout>
    </Container>
  );
}

function RtoClock({ execution, target, hasForecast }: Props) {
  const { now, expected } = useRunTime();
  const ended = execution.endedAt ?? undefined;
  const used = (ended ?? now) - execution.startedAt;
  const end = expectedEnd(expected);
  const { clock } = strings;
  return (
    <div>
      <div className="rto-clock" role="timer" aria-label={clock.title}>{duration(used)}</div>
      <Box color="text-body-secondary">{ended === undefined ? clock.running : clock.ended}</Box>
      {target !== undefined && (
        <ProgressBar
          value={Math.min(100, (used / target) * 100)}
          label={`${clock.target} ${duration(target)}`}
          ariaLabel={clock.progress}
          description={targetText(execution, used, target)}
        />
      )}
      {ended === undefined && (
        <Box padding={{ top: 's' }}>
          <Box variant="awsui-key-label">{clock.eta}</Box>
          {end === undefined ? (
            <Box color="text-body-secondary">{hasForecast ? strings.clock.etaUnknown : clock.etaUnknown}</Box>
          ) : (
            <>
              {dateTime(end)}, {clock.etaIn(duration(end - now))}{' '}
              {target !== undefined &&
                (end - execution.startedAt > target ? <Status status="MISSED" text={clock.late} /> : <Status status="MET" text={clock.inTime} />)}
            </>
          )}
        </Box>
      )}
    </div>
  );
}

function targetText({ endedAt, rtoSeconds }: Execution, used: number, target: number): string {
  const { clock } = strings;
  if (endedAt != null && rtoSeconds == null) {
    return clock.notReached;
  }
  if (used > target) {
    return clock.over(duration(used - target));
  }
  return endedAt == null ? clock.left(duration(target - used)) : clock.under(duration(target - used));
}

function Facts({ execution }: { execution: Execution }) {
  const { facts } = strings;
  const { up, total, failed } = progressOf(execution.waves.flatMap(({ servers }) => servers));
  const waves = execution.waves;
  return (
    <KeyValuePairs
      columns={2}
      items={[
        { label: facts.status, value: <Status status={execution.status} /> },
        {
          label: facts.plan,
          value: `${execution.planId}${execution.planVersion == null ? '' : `, ${facts.version(execution.planVersion)}`}`,
        },
        { label: facts.started, value: `${dateTime(execution.startedAt)} ${facts.by(execution.startedBy)}` },
        { label: facts.ended, value: dateTime(execution.endedAt) },
        {
          label: facts.servers,
          value: `${executions.recovered(up, total)}${failed > 0 ? `, ${strings.waves.failedServers(failed)}` : ''}`,
        },
        { label: facts.waves, value: executions.recovered(waves.filter(({ endedAt }) => endedAt != null).length, waves.length) },
      ]}
    />
  );
}
