import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { type Api, body } from '../../api/client.js';
import { useExecutionChange } from '../../api/queries.js';
import type { Execution } from '../../api/types.js';
import { useApi, useMay } from '../../shell/context.js';
import { useNotify } from '../../shell/notifications.js';
import { execution as strings } from '../../strings/executions.js';
import { ConfirmDialog } from '../../view/confirm-dialog.js';
import { saveAs } from '../../view/save-as.js';

const text = strings.actions;

/**
 * What the console can do for each action that the API allows. One that is not here is not offered: the console would not
 * know what to ask before it does it.
 */
const CHANGES = {
  PAUSE: (api: Api, executionId: string) => body(api.POST('/v1/executions/{executionId}/pause', { params: { path: { executionId } } })),
  RESUME: (api: Api, executionId: string) => body(api.POST('/v1/executions/{executionId}/resume', { params: { path: { executionId } } })),
} as const;

type Known = keyof typeof CHANGES;

/** What the caller may do with this execution now. */
export function ExecutionButtons({ execution }: { execution: Execution }) {
  const api = useApi();
  const notify = useNotify();
  const id = execution.executionId;
  const change = useExecutionChange(id, (action: Known) => CHANGES[action](api, id));
  const allowed = execution.allowedActions.filter((action): action is Known => action in CHANGES);
  const run = (action: Known) => change.mutate(action, { onError: (error) => notify('error', text.failed, error.message) });
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {allowed.map((action) => (
        <Button key={action} variant={action === 'RESUME' ? 'primary' : 'normal'} loading={change.isPending} onClick={() => run(action)}>
          {text[action]}
        </Button>
      ))}
      <CleanupButton execution={execution} />
      <ReportButton execution={execution} />
    </SpaceBetween>
  );
}

/** The API has no word for it in `allowedActions`: it says in its answer whether there was something to do. */
function CleanupButton({ execution }: { execution: Execution }) {
  const api = useApi();
  const notify = useNotify();
  const may = useMay('Cleanup');
  const [asking, setAsking] = useState(false);
  const executionId = execution.executionId;
  const change = useExecutionChange(executionId, () =>
    body(api.POST('/v1/executions/{executionId}/cleanup', { params: { path: { executionId } } })),
  );
  const gone = new Set(execution.cleanup?.servers.filter(({ status }) => status === 'TERMINATED').map(({ instanceId }) => instanceId));
  const standing = execution.waves
    .flatMap(({ servers }) => servers)
    .filter(({ instanceId }) => instanceId != null && !gone.has(instanceId)).length;
  if (!may || execution.mode !== 'DRILL' || execution.endedAt == null || standing === 0 || execution.cleanup?.status === 'RUNNING') {
    return null;
  }
  const confirm = () =>
    change.mutate(undefined, {
      onSuccess: () => notify('info', text.cleanupStarted),
      onError: (error) => notify('error', text.failed, error.message),
      onSettled: () => setAsking(false),
    });
  return (
    <>
      <Button onClick={() => setAsking(true)}>{text.cleanup}</Button>
      {asking && (
        <ConfirmDialog title={text.cleanupTitle} action={text.cleanup} busy={change.isPending} onConfirm={confirm} onCancel={() => setAsking(false)}>
          {text.cleanupText(standing)}
        </ConfirmDialog>
      )}
    </>
  );
}

const FORMATS = [
  { id: 'html', text: text.reportHtml },
  { id: 'csv', text: text.reportCsv },
  { id: 'json', text: text.reportJson },
] as const;

function ReportButton({ execution: { executionId } }: { execution: Execution }) {
  const api = useApi();
  const notify = useNotify();
  const [busy, setBusy] = useState(false);
  const load = async (format: 'html' | 'csv' | 'json') => {
    setBusy(true);
    try {
      const answer = api.GET('/v1/executions/{executionId}/report', { params: { path: { executionId }, query: { format } }, parseAs: 'blob' });
      saveAs((await answer).data as unknown as Blob, `${executionId}.${format}`);
    } catch (error) {
      notify('error', text.reportFailed, error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <ButtonDropdown
      loading={busy}
      items={[...FORMATS]}
      onItemClick={({ detail }) => void load((FORMATS.find(({ id }) => id === detail.id) ?? FORMATS[0]).id)}
    >
      {text.report}
    </ButtonDropdown>
  );
}
