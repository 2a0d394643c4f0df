import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { type Api, body } from '../../api/client.js';
import { useExecutionChange } from '../../api/queries.js';
import type { Execution } from '../../api/types.js';
import { useApi } from '../../shell/context.js';
import { useNotify } from '../../shell/notifications.js';
import { execution as strings } from '../../strings/executions.js';
import { ConfirmDialog } from '../../view/confirm-dialog.js';
import { CommentField } from './comment-field.js';
import { ReportButton } from './report-button.js';

const text = strings.actions;

/**
 * What the console can do for each action that the API allows. One that is not here is not offered: the console would not
 * know what to ask before it does it.
 */
const CHANGES = {
  CANCEL: (api: Api, executionId: string, comment: string) =>
    body(api.POST('/v1/executions/{executionId}/cancel', { params: { path: { executionId } }, body: { comment } })),
  PAUSE: (api: Api, executionId: string) => body(api.POST('/v1/executions/{executionId}/pause', { params: { path: { executionId } } })),
  RESUME: (api: Api, executionId: string) => body(api.POST('/v1/executions/{executionId}/resume', { params: { path: { executionId } } })),
  CLEANUP: (api: Api, executionId: string) => body(api.POST('/v1/executions/{executionId}/cleanup', { params: { path: { executionId } } })),
} as const;

type Known = keyof typeof CHANGES;

/** What cannot be taken back is asked about first. */
const ASKS: ReadonlySet<Known> = new Set(['CANCEL', 'CLEANUP'] as const);

interface DialogProps {
  readonly busy: boolean;
  readonly onConfirm: (comment: string) => void;
  readonly onCancel: () => void;
}

/** What the caller may do with this execution now. */
export function ExecutionButtons({ execution }: { execution: Execution }) {
  const api = useApi();
  const notify = useNotify();
  const id = execution.executionId;
  const change = useExecutionChange(id, ({ action, comment }: { action: Known; comment: string }) => CHANGES[action](api, id, comment));
  const [asking, setAsking] = useState<Known>();
  const allowed = execution.allowedActions.filter((action): action is Known => action in CHANGES);
  const run = (action: Known, comment = '') =>
    change.mutate(
      { action, comment },
      {
        onSuccess: () => action === 'CLEANUP' && notify('info', text.cleanupStarted),
        onError: (error) => notify('error', text.failed, error.message),
        onSettled: () => setAsking(undefined),
      },
    );
  const dialog = { busy: change.isPending, onCancel: () => setAsking(undefined) };
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {allowed.map((action) => (
        <Button key={action} variant={action === 'RESUME' ? 'primary' : 'normal'} loading={change.isPending} onClick={() => (ASKS.has(action) ? setAsking(action) : run(action))}>
          {text[action]}
        </Button>
      ))}
      <ReportButton executionId={execution.executionId} />
      {asking === 'CANCEL' && <CancelDialog {...dialog} onConfirm={(comment) => run('CANCEL', comment)} />}
      {asking === 'CLEANUP' && <CleanupDialog {...dialog} execution={execution} onConfirm={() => run('CLEANUP')} />}
    </SpaceBetween>
  );
}

function CancelDialog({ busy, onConfirm, onCancel }: DialogProps) {
  const [comment, setComment] = useState('');
  return (
    <ConfirmDialog title={text.cancelTitle} action={text.CANCEL} busy={busy} onConfirm={() => onConfirm(comment)} onCancel={onCancel}>
      <SpaceBetween size="m">
        {text.cancelText}
        <CommentField comment={comment} onComment={setComment} />
      </SpaceBetween>
    </ConfirmDialog>
  );
}

/** Says how many instances that are. Whether there is something to do at all the API has said. */
function CleanupDialog({ execution, busy, onConfirm, onCancel }: DialogProps & { execution: Execution }) {
  const gone = new Set(execution.cleanup?.servers.filter(({ status }) => status === 'TERMINATED').map(({ instanceId }) => instanceId));
  const launched = execution.waves.flatMap(({ servers }) => servers).filter(({ instanceId }) => instanceId != null && !gone.has(instanceId));
  return (
    <ConfirmDialog title={text.cleanupTitle} action={text.CLEANUP} busy={busy} onConfirm={() => onConfirm('')} onCancel={onCancel}>
      {text.cleanupText(launched.length)}
    </ConfirmDialog>
  );
}
