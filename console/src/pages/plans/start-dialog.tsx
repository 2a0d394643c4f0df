import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { body } from '../../api/client.js';
import { usePreflight } from '../../api/queries.js';
import type { Mode, Plan, Preflight } from '../../api/types.js';
import { to } from '../../routes.js';
import { useApi } from '../../shell/context.js';
import { useNotify } from '../../shell/notifications.js';
import { Failure } from '../../shell/query-state.js';
import { plan as planStrings, start as text } from '../../strings/plans.js';
import { ConfirmDialog } from '../../view/confirm-dialog.js';
import { FindingsTable } from '../../view/findings-table.js';
import { startChoice } from './start-choice.js';
import { WhatIsLaunched } from './what-is-launched.js';

interface Props {
  readonly plan: Plan;
  readonly mode: Mode;
  readonly onClose: () => void;
}

/** Starts a run: after preflight has said now what it would meet, and a person has agreed to exactly that. */
export function StartDialog({ plan, mode, onClose }: Props) {
  const preflight = usePreflight(plan.name, mode, true);
  const [typed, setTyped] = useState('');
  const [named, setNamed] = useState<readonly string[]>([]);
  const [accepted, setAccepted] = useState(false);
  const starting = useStart(plan, mode, onClose);
  const choice = preflight.data && startChoice(preflight.data);
  const ready =
    choice !== undefined &&
    !choice.blocked &&
    choice.toName.every((instance) => named.includes(instance)) &&
    (choice.warnings.length === 0 || accepted) &&
    (mode !== 'RECOVERY' || typed === plan.name);
  return (
    <ConfirmDialog
      size="large"
      title={text.title(mode, plan.name)}
      action={text.action(mode)}
      busy={starting.isPending}
      disabled={!ready || preflight.isFetching}
      onConfirm={() => starting.mutate(choice?.toName ?? [])}
      onCancel={onClose}
    >
      <SpaceBetween size="l">
        <Alert type={mode === 'RECOVERY' ? 'warning' : 'info'}>{mode === 'RECOVERY' ? text.recovery : text.drill}</Alert>
        <WhatIsLaunched plan={plan} />
        {preflight.isFetching && <Box><Spinner /> {planStrings.preflight.asking}</Box>}
        {preflight.error && <Failure error={preflight.error} retry={() => void preflight.refetch()} />}
        {preflight.data && !preflight.isFetching && (
          <Agreement preflight={preflight.data} named={named} onNamed={setNamed} accepted={accepted} onAccepted={setAccepted} />
        )}
        {mode === 'RECOVERY' && (
          <FormField label={text.confirm(plan.name)} description={text.confirmHint}>
            <Input value={typed} onChange={({ detail }) => setTyped(detail.value)} autoComplete={false} spellcheck={false} />
          </FormField>
        )}
      </SpaceBetween>
    </ConfirmDialog>
  );
}

function useStart(plan: Plan, mode: Mode, onClose: () => void) {
  const api = useApi();
  const notify = useNotify();
  const navigate = useNavigate();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (replaceInstances: readonly string[]) =>
      body(
        api.POST('/v1/recovery-plans/{name}/executions', {
          params: { path: { name: plan.name } },
          body: mode === 'RECOVERY' ? { mode, confirm: plan.name, replaceInstances: [...replaceInstances] } : { mode },
        }),
      ),
    onSuccess: ({ executionId }) => {
      void queries.invalidateQueries({ queryKey: ['executions'] });
      void navigate(to.execution(executionId));
    },
    onError: (error) => {
      notify('error', text.failed, error.message);
      onClose();
    },
  });
}

interface AgreementProps {
  readonly preflight: Preflight;
  readonly named: readonly string[];
  readonly onNamed: (named: readonly string[]) => void;
  readonly accepted: boolean;
  readonly onAccepted: (accepted: boolean) => void;
}

function Agreement({ preflight, named, onNamed, accepted, onAccepted }: AgreementProps) {
  const { toName, blocked, warnings } = startChoice(preflight);
  return (
    <SpaceBetween size="l">
      {blocked && <Alert type="error">{text.blocked}</Alert>}
      {toName.length > 0 && (
        <FormField label={text.replaced} description={text.replacedHint} stretch>
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
      )}
      {!blocked && warnings.length > 0 && (
        <Checkbox checked={accepted} onChange={({ detail }) => onAccepted(detail.checked)}>{text.accepted(warnings.length)}</Checkbox>
      )}
      {preflight.findings.length > 0 && <FindingsTable findings={preflight.findings} embedded />}
    </SpaceBetween>
  );
}
