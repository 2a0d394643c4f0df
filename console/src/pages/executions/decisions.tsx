import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import type { Execution, WaveRun } from '../../api/types.js';
import { execution as strings } from '../../strings/executions.js';
import { duration } from '../../view/format.js';
import { DecisionDialog } from './decision-dialog.js';
import { useRunTime } from './run-clock.js';
import { KNOWN, type Known } from './wave-actions.js';

const text = strings.decision;

/** Waves that a person has to decide about, above everything else on the page. */
export function Decisions({ execution }: { execution: Execution }) {
  const waiting = execution.waves.filter(
    ({ status, allowedActions }) => status === 'AWAITING_APPROVAL' || status === 'AWAITING_DECISION' || allowedActions.length > 0,
  );
  if (waiting.length === 0) {
    return null;
  }
  return (
    <SpaceBetween size="s">
      {waiting.map((wave) => <Decision key={wave.number} execution={execution} wave={wave} />)}
    </SpaceBetween>
  );
}

function Decision({ execution, wave }: { execution: Execution; wave: WaveRun }) {
  const [asking, setAsking] = useState<Known>();
  const { approval, allowedActions, status, reason } = wave;
  const held = status === 'AWAITING_DECISION';
  const offered = KNOWN.filter((action) => allowedActions.includes(action));
  return (
    <Alert
      type="warning"
      header={held ? text.held(wave.name) : text.waits(wave.name)}
      action={
        <SpaceBetween direction="horizontal" size="xs">
          {offered.map((action, index) => (
            <Button key={action} variant={index === offered.length - 1 ? 'primary' : 'normal'} onClick={() => setAsking(action)}>
              {text[action]}
            </Button>
          ))}
        </SpaceBetween>
      }
    >
      {held && reason}
      {!held && approval && text.who(approval.role)} {!held && approval?.expiresAt != null && <Expiry at={approval.expiresAt} onTimeout={approval.onTimeout} />}
      {asking && <DecisionDialog execution={execution} wave={wave} action={asking} onClose={() => setAsking(undefined)} />}
    </Alert>
  );
}

function Expiry({ at, onTimeout }: { at: number; onTimeout: string }) {
  const { now } = useRunTime();
  return <>{text.expires(duration(at - now), onTimeout)}</>;
}
