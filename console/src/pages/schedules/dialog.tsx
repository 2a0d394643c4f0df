import Alert from '@cloudscape-design/components/alert';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { ApiError } from '../../api/problem.js';
import { isNotApplied, useSaveSchedule } from '../../api/schedules.js';
import type { PlanSchedule } from '../../api/types.js';
import { useNotify } from '../../shell/notifications.js';
import { schedules as text, scheduleForm as form } from '../../strings/schedules.js';
import { ConfirmDialog } from '../../view/confirm-dialog.js';
import { type FieldProblem, problemsElsewhere } from '../../view/field-problems.js';
import { SCHEDULE_FIELDS, draftOf, emptyDraft } from './draft.js';
import { ScheduleFields } from './fields.js';

interface Props {
  /** Chosen already, where the list is that of one plan. */
  readonly plan: string | undefined;
  /** The one that is changed, as it was when this was opened; none for a new one. */
  readonly schedule: PlanSchedule | undefined;
  readonly onClose: () => void;
}

/** Makes a schedule, or changes the version that was opened. */
export function ScheduleDialog({ plan, schedule, onClose }: Props) {
  const isNew = schedule === undefined;
  const [draft, setDraft] = useState(() => (isNew ? emptyDraft(plan ?? '') : draftOf(schedule)));
  const notify = useNotify();
  const saving = useSaveSchedule();
  const name = draft.name.trim();
  const save = () =>
    saving.mutate(
      { plan: draft.plan, name, version: schedule?.version, document: draft.document },
      {
        onSuccess: () => {
          notify('success', text.stored(name, draft.plan));
          onClose();
        },
        onError: (error) => {
          // It is stored: the form has nothing left to do.
          if (isNotApplied(error)) {
            notify('error', text.notApplied, error.message);
            onClose();
          }
        },
      },
    );
  return (
    <ConfirmDialog
      title={isNew ? form.create : form.edit(schedule.name, schedule.planId)}
      action={form.save}
      busy={saving.isPending}
      // Without both there is no address to send it to.
      disabled={draft.plan === '' || name === ''}
      onConfirm={save}
      onCancel={onClose}
    >
      <SpaceBetween size="l">
        {saving.error && <Refusal error={saving.error} isNew={isNew} />}
        <ScheduleFields draft={draft} isNew={isNew} problems={problemsOf(saving.error, isNew)} onDraft={setDraft} />
      </SpaceBetween>
    </ConfirmDialog>
  );
}

const isMismatch = (error: Error | null): boolean => error instanceof ApiError && error.status === 412;

/** What is wrong at which field. A new one that is there already is refused for its name. */
function problemsOf(error: Error | null, isNew: boolean): readonly FieldProblem[] {
  if (isNew && isMismatch(error)) {
    return [{ at: 'schedule', message: form.exists }];
  }
  return error instanceof ApiError ? (error.problems ?? []) : [];
}

/** Why nothing was stored; what a field shows itself is not said twice. */
function Refusal({ error, isNew }: { error: Error; isNew: boolean }) {
  const elsewhere = problemsElsewhere(problemsOf(error, isNew), SCHEDULE_FIELDS);
  return (
    <Alert type="error" header={text.refused}>
      {isMismatch(error) && !isNew ? text.changedMeanwhile : error.message}
      {elsewhere.length > 0 && <ul>{elsewhere.map(({ at, message }) => <li key={`${at}${message}`}>{at}: {message}</li>)}</ul>}
    </Alert>
  );
}
