import Box from '@cloudscape-design/components/box';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useExecution } from '../../api/queries.js';
import { to } from '../../routes.js';
import { useClock } from '../../shell/context.js';
import { Link } from '../../shell/link.js';
import { useTick } from '../../shell/use-tick.js';
import { dashboard as text } from '../../strings/dashboard.js';
import { executions, execution as strings } from '../../strings/executions.js';
import { duration } from '../../view/format.js';
import { Status } from '../../view/status.js';
import { progressOf } from '../executions/progress.js';

/** One running execution, live. */
export function RunningCard({ executionId }: { executionId: string }) {
  const { data: execution } = useExecution(executionId);
  const clock = useClock();
  useTick(execution?.endedAt == null);
  if (!execution) {
    return <Link href={to.execution(executionId)}>{executionId}</Link>;
  }
  const { up, total } = progressOf(execution.waves.flatMap(({ servers }) => servers));
  const done = execution.waves.filter(({ endedAt }) => endedAt != null).length;
  const deciding = execution.waves.filter(({ status }) => status === 'AWAITING_APPROVAL').length;
  const since = (execution.endedAt ?? Math.max(clock.now(), execution.startedAt)) - execution.startedAt;
  return (
    <div>
      <SpaceBetween direction="horizontal" size="m">
        <Link href={to.execution(executionId)} primary>{strings.of(execution.mode, execution.planId)}</Link>
        <Status status={execution.status} />
        <Box variant="span">{text.since(duration(since))}</Box>
        {execution.paused && <Status status="ATTENTION" text={text.paused} />}
        {deciding > 0 && <Status status="ATTENTION" text={text.waits(deciding)} />}
      </SpaceBetween>
      <ProgressBar
        value={total === 0 ? 0 : (up / total) * 100}
        ariaLabel={executionId}
        additionalInfo={`${strings.graph.progress(up, total)}, ${text.waves(done, execution.waves.length)}`}
        description={`${executions.columns.servers}`}
      />
    </div>
  );
}
