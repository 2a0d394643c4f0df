import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import Multiselect from '@cloudscape-design/components/multiselect';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { ApiError } from '../../api/problem.js';
import { useExecutionChange } from '../../api/queries.js';
import type { Execution, WaveRun } from '../../api/types.js';
import { useApi } from '../../shell/context.js';
import { useNotify } from '../../shell/notifications.js';
import { common } from '../../strings/common.js';
import { execution as strings } from '../../strings/executions.js';
import { ConfirmDialog } from '../../view/confirm-dialog.js';
import { CommentField } from './comment-field.js';
import { type Known, decide } from './wave-actions.js';

const text = strings.decision;

interface Props {
  readonly execution: Execution;
  readonly wave: WaveRun;
  readonly action: Known;
  readonly onClose: () => void;
}

/** Asks for what belongs to a decision. A retry in a recovery is asked twice: the API says first which instances would go. */
export function DecisionDialog({ execution, wave, action, onClose }: Props) {
  const api = useApi();
  const notify = useNotify();
  const [comment, setComment] = useState('');
  const [servers, setServers] = useState<readonly string[]>([]);
  const [toName, setToName] = useState<readonly string[]>([]);
  const [named, setNamed] = useState<readonly string[]>([]);
  const change = useExecutionChange(execution.executionId, () =>
    decide(api, execution.executionId, wave.number, action, { comment, servers, replaceInstances: named }),
  );
  const failed = (error: Error) => {
    if (action === 'RETRY' && error instanceof ApiError && error.instancesToConfirm.length > 0) {
      setToName(error.instancesToConfirm.map(({ instanceId }) => instanceId));
      setNamed([]);
      return;
    }
    notify('error', strings.actions.failed, error.message);
    onClose();
  };
  const confirm = () =>
    change.mutate(undefined, {
      onSuccess: () => {
        notify('success', text.done);
        onClose();
      },
      onError: failed,
    });
  return (
    <ConfirmDialog
      title={text.titles[action](wave.name)}
      action={text[action]}
      busy={change.isPending}
      disabled={!toName.every((instance) => named.includes(instance))}
      onConfirm={confirm}
      onCancel={onClose}
    >
      <SpaceBetween size="m">
        {text.hints[action]}
        {action === 'RETRY' && <Servers wave={wave} servers={servers} onServers={(chosen) => { setServers(chosen); setToName([]); setNamed([]); }} />}
        {toName.length > 0 && <Instances toName={toName} named={named} onNamed={setNamed} />}
        <CommentField comment={comment} onComment={setComment} />
      </SpaceBetween>
    </ConfirmDialog>
  );
}

function Servers({ wave, servers, onServers }: { wave: WaveRun; servers: readonly string[]; onServers: (servers: string[]) => void }) {
  const options = wave.servers.map(({ serverId, hostname, status }) => ({ value: serverId, label: hostname || serverId, description: status }));
  return (
    <FormField label={text.servers} description={text.serversHint} stretch>
      <Multiselect
        filteringType="auto"
        filteringAriaLabel={common.filterPlaceholder}
        options={options}
        selectedOptions={options.filter(({ value }) => servers.includes(value))}
        deselectAriaLabel={({ label }) => `${common.dismiss} ${label ?? ''}`}
        onChange={({ detail }) => onServers(detail.selectedOptions.flatMap(({ value }) => value ?? []))}
      />
    </FormField>
  );
}

function Instances({ toName, named, onNamed }: { toName: readonly string[]; named: readonly string[]; onNamed: (named: string[]) => void }) {
  return (
    <FormField label={text.replaced} stretch>
      {toName.map((instance) => (
        <Checkbox
          key={instance}
          checked={named.includes(instance)}
          onChange={({ detail }) => onNamed(detail.checked ? [...named, instance] : named.filter((one) => one !== instance))}
        >
          <span className="typed">{instance}</span>
        </Checkbox>
      ))}
    </FormField>
  );
}
