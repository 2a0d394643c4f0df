import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import { ApiError } from '../../api/problem.js';
import { isNotApplied, useSaveSchedule } from '../../api/schedules.js';
import type { PlanSchedule } from '../../api/types.js';
import { useNotify } from '../../shell/notifications.js';
import { schedules as text } from '../../strings/schedules.js';
import { documentOf } from './draft.js';

interface Props {
  readonly schedule: PlanSchedule;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}

/** What can be done to a schedule in a list of them. */
export function Actions({ schedule, onEdit, onDelete }: Props) {
  const { planId, name, enabled = true } = schedule;
  const toggle = useToggle(schedule, !enabled);
  const does: Record<string, () => void> = { edit: onEdit, delete: onDelete, toggle: toggle.run };
  return (
    <ButtonDropdown
      variant="inline-icon"
      expandToViewport
      loading={toggle.busy}
      ariaLabel={text.actionsOf(name, planId)}
      items={[
        { id: 'edit', text: text.actions.edit },
        { id: 'toggle', text: enabled ? text.actions.disable : text.actions.enable },
        { id: 'delete', text: text.actions.delete },
      ]}
      onItemClick={({ detail }) => does[detail.id]?.()}
    />
  );
}

/** Writes the version that is shown once more, enabled or not. */
function useToggle(schedule: PlanSchedule, enabled: boolean): { busy: boolean; run: () => void } {
  const notify = useNotify();
  const saving = useSaveSchedule();
  const { planId: plan, name, version } = schedule;
  const run = () =>
    saving.mutate(
      { plan, name, version, document: { ...documentOf(schedule), enabled } },
      {
        onSuccess: () => notify('success', enabled ? text.isEnabled(name, plan) : text.isDisabled(name, plan)),
        onError: (error) => {
          const changed = error instanceof ApiError && error.status === 412;
          notify('error', isNotApplied(error) ? text.notApplied : text.refused, changed ? text.changedMeanwhile : error.message);
        },
      },
    );
  return { busy: saving.isPending, run };
}
