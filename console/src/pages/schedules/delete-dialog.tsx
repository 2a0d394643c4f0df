import { isNotApplied, useDeleteSchedule } from '../../api/schedules.js';
import type { PlanSchedule } from '../../api/types.js';
import { useNotify } from '../../shell/notifications.js';
import { schedules as text } from '../../strings/schedules.js';
import { DeleteDialog } from '../../view/delete-button.js';

/** Deletes a schedule, once its name is typed. */
export function DeleteScheduleDialog({ schedule, onClose }: { schedule: PlanSchedule; onClose: () => void }) {
  const notify = useNotify();
  const { mutateAsync } = useDeleteSchedule();
  const remove = () =>
    mutateAsync(schedule).catch((error: unknown) => {
      if (!isNotApplied(error)) {
        throw error;
      }
      // It is deleted all the same.
      notify('error', text.notApplied, error.message);
    });
  return <DeleteDialog name={schedule.name} hint={text.deletion(schedule.planId)} onDelete={remove} onDeleted={onClose} onClose={onClose} />;
}
