import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';
import { body } from '../../api/client.js';
import { useExecutionChange } from '../../api/queries.js';
import type { Execution, WaveRun } from '../../api/types.js';
import { useApi } from '../../shell/context.js';
import { useNotify } from '../../shell/notifications.js';
import { execution as strings } from '../../strings/executions.js';
import { ConfirmDialog } from '../../view/confirm-dialog.js';
import { duration } from '../../view/format.js';

const text = strings.decision;

/** What the console can do of a wave's `allowedActions`. */
type Known = 'APPROVE' | 'REJECT';

/** Waves that a person has to decide about, above everything else on the page. */
export function Decisions({ execution, now }: { execution: Execution; now: number }) {
  const waiting = execution.waves.filter(({ status, allowedActions }) => status === 'AWAITING_APPROVAL' || allowedActions.length > 0);
  return waiting.map((wave) => <Decision key={wave.number} execution={execution} wave={wave} now={now} />);
}

function Decision({ execution, wave, now }: { execution: Execution; wave: WaveRun; now: number }) {
  const [asking, setAsking] = useState<Known>();
  const { approval, allowedActions } = wave;
  const left = approval?.expiresAt == null ? undefined : approval.expiresAt - now;
  return (
    <Alert
      type="warning"
      header={text.waits(wave.name)}
      action={
        <SpaceBetween direction="horizontal" size="xs">
          {allowedActions.includes('REJECT') && <Button onClick={() => setAsking('REJECT')}>{text.reject}</Button>}
          {allowedActions.includes('APPROVE') && <Button variant="primary" onClick={() => setAsking('APPROVE')}>{text.approve}</Button>}
        </SpaceBetween>
      }
    >
      {approval && text.who(approval.role)} {approval && left !== undefined && text.expires(duration(left), approval.onTimeout)}
      {asking && <DecisionDialog execution={execution} wave={wave} action={asking} onClose={() => setAsking(undefined)} />}
    </Alert>
  );
}

interface DialogProps {
  readonly execution: Execution;
  readonly wave: WaveRun;
  readonly action: Known;
  readonly onClose: () => void;
}

function DecisionDialog({ execution, wave, action, onClose }: DialogProps) {
  const api = useApi();
  const notify = useNotify();
  const [comment, setComment] = useState('');
  const change = useExecutionChange(execution.executionId, () => {
    const request = { params: { path: { executionId: execution.executionId, number: wave.number } }, body: { comment } };
    return action === 'APPROVE'
      ? body(api.POST('/v1/executions/{executionId}/waves/{number}/approve', request))
      : body(api.POST('/v1/executions/{executionId}/waves/{number}/reject', request));
  });
  const decide = () =>
    change.mutate(undefined, {
      onSuccess: () => notify('success', text.done),
      onError: (error) => notify('error', strings.actions.failed, error.message),
      onSettled: onClose,
    });
  const approve = action === 'APPROVE';
  return (
    <ConfirmDialog
      title={approve ? text.approveTitle(wave.name) : text.rejectTitle(wave.name)}
      action={approve ? text.approve : text.reject}
      busy={change.isPending}
      onConfirm={decide}
      onCancel={onClose}
    >
      <SpaceBetween size="m">
        {!approve && text.rejectHint}
        <FormField label={text.comment} description={text.commentHint} stretch>
          <Textarea value={comment} onChange={({ detail }) => setComment(detail.value)} rows={3} />
        </FormField>
      </SpaceBetween>
    </ConfirmDialog>
  );
}
