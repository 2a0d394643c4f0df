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
import type { Mode, Plan, Preflight, StartExecution } from '../../api/types.js';
import { to } from '../../routes.js';
import { useApi } from '../../shell/context.js';
import { Failure } from '../../shell/query-state.js';
import { plan as planStrings, start as text } from '../../strings/plans.js';
import { recoveryPoint as pointText } from '../../strings/recovery-point.js';
import { ConfirmDialog } from '../../view/confirm-dialog.js';
import { FindingsTable } from '../../view/findings-table.js';
import { RecoveryPointField } from './recovery-point-field.js';
import { NEWEST, type PointDraft, choiceOf } from './recovery-point.js';
import { startChoice } from './start-choice.js';
import { WhatIsLaunched } from './what-is-launched.js';

interface Props {
  readonly plan: Plan;
  readonly mode: Mode;
  readonly onClose: () => void;
}

/** Starts a run: after preflight has said now what it would meet, and a person has agreed to exactly that. */
export function StartDialog({ plan, mode, onClose }: Props) {
  const [point, setPoint] = useState(NEWEST);
  const recoveryPoint = choiceOf(point);
  const preflight = usePreflight(plan.name, mode, recoveryPoint !== undefined, recoveryPoint);
  const [typed, setTyped] = useState('');
  const [named, setNamed] = useState<readonly string[]>([]);
  const [accepted, setAccepted] = useState(false);
  const starting = useStart(plan, mode);
  const choice = preflight.data && startChoice(preflight.data);
  const choosePoint = (draft: PointDraft) => {
    setPoint(draft);
    // What was agreed to is what another choice would meet.
    setNamed([]);
    setAccepted(false);
  };
  const ready =
    recoveryPoint !== undefined &&
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
      onConfirm={() => starting.mutate({ replaceInstances: [...(choice?.toName ?? [])], ...(recoveryPoint && { recoveryPoint }) })}
      onCancel={onClose}
    >
      <SpaceBetween size="l">
        <Alert type={mode === 'RECOVERY' ? 'warning' : 'info'}>{mode === 'RECOVERY' ? text.recovery : text.drill}</Alert>
        <WhatIsLaunched plan={plan} />
        <RecoveryPointField plan={plan} draft={point} onDraft={choosePoint} />
        {recoveryPoint === undefined && <Box color="text-body-secondary">{pointText.needed}</Box>}
        {preflight.isFetching && <Box><Spinner /> {planStrings.preflight.asking}</Box>}
        {recoveryPoint && preflight.error && <Failure error={preflight.error} retry={() => void preflight.refetch()} />}
        {recoveryPoint && preflight.data && !preflight.isFetching && (
          <Agreement preflight={preflight.data} named={named} onNamed={setNamed} accepted={accepted} onAccepted={setAccepted} />
        )}
        {mode === 'RECOVERY' && (
          <FormField label={text.confirm(plan.name)} description={text.confirmHint}>
            <Input value={typed} onChange={({ detail }) => setTyped(detail.value)} autoComplete={false} spellcheck={false} />
          </FormField>
        )}
        {starting.error && <Alert type="error" header={text.failed}>{starting.error.message}</Alert>}
      </SpaceBetween>
    </ConfirmDialog>
  );
}

/** What starts it. That it was refused the dialog says itself: what was chosen in it stays. */
function useStart(plan: Plan, mode: Mode) {
  const api = useApi();
  const navigate = useNavigate();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ replaceInstances, recoveryPoint }: Pick<StartExecution, 'replaceInstances' | 'recoveryPoint'>) =>
      body(
        api.POST('/v1/recovery-plans/{name}/executions', {
          params: { path: { name: plan.name } },
          body: mode === 'RECOVERY' ? { mode, confirm: plan.name, replaceInstances, recoveryPoint } : { mode, recoveryPoint },
        }),
      ),
    onSuccess: ({ executionId }) => {
      void queries.invalidateQueries({ queryKey: ['executions'] });
      void navigate(to.execution(executionId));
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
