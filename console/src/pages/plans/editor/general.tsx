import Checkbox from '@cloudscape-design/components/checkbox';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { PlanDocument } from '../../../api/types.js';
import { planEditor as text } from '../../../strings/editors.js';
import { steps } from '../../../strings/steps.js';
import { type FieldProblem, problemAt } from '../../../view/field-problems.js';
import { ChoiceField, NumberField, TextField } from '../../../view/fields.js';
import { DRILL_EVERY_DAYS } from './draft.js';

interface Props {
  readonly plan: PlanDocument;
  readonly isNew: boolean;
  readonly problems: readonly FieldProblem[];
  readonly onPlan: (plan: PlanDocument) => void;
}

/** What is not a wave. */
export function General({ plan, isNew, problems, onPlan }: Props) {
  const set = (change: Partial<PlanDocument>) => onPlan({ ...plan, ...change });
  const at = (field: string) => problemAt(problems, field);
  return (
    <Container header={<Header variant="h2">{text.general}</Header>}>
      <SpaceBetween size="l">
        <ColumnLayout columns={2}>
          <TextField label={text.name} hint={text.nameHint} problem={at('name')} value={plan.name} disabled={!isNew} onValue={(name) => set({ name })} />
          <TextField label={text.description} problem={at('description')} value={plan.description ?? ''} onValue={(description) => set({ description })} />
        </ColumnLayout>
        <ColumnLayout columns={4}>
          <NumberField label={text.targetRto} hint={text.noTarget} problem={at('targetRtoMinutes')} value={plan.targetRtoMinutes} onValue={(targetRtoMinutes) => set({ targetRtoMinutes })} />
          <NumberField label={text.targetRpo} hint={text.noTarget} problem={at('targetRpoMinutes')} value={plan.targetRpoMinutes} onValue={(targetRpoMinutes) => set({ targetRpoMinutes })} />
          <NumberField label={text.drillEvery} placeholder={steps.defaultMinutes(DRILL_EVERY_DAYS)} problem={at('drillEveryDays')} value={plan.drillEveryDays} onValue={(drillEveryDays) => set({ drillEveryDays })} />
          <ChoiceField
            label={text.onLaunchSettings}
            problem={at('onLaunchSettingsFailure')}
            value={plan.onLaunchSettingsFailure ?? 'STOP'}
            options={[{ value: 'STOP', label: text.stop }, { value: 'WARN', label: text.warn }]}
            onValue={(onLaunchSettingsFailure) => set({ onLaunchSettingsFailure })}
          />
        </ColumnLayout>
        <Checkbox checked={plan.fourEyes ?? false} onChange={({ detail }) => set({ fourEyes: detail.checked })}>{text.fourEyes}</Checkbox>
        <Cleanup plan={plan} at={at} set={set} />
      </SpaceBetween>
    </Container>
  );
}

interface CleanupProps {
  readonly plan: PlanDocument;
  readonly at: (field: string) => string | undefined;
  readonly set: (change: Partial<PlanDocument>) => void;
}

/** When what a drill launched is terminated by itself. */
function Cleanup({ plan: { cleanup }, at, set }: CleanupProps) {
  const text = steps.cleanup;
  return (
    <SpaceBetween size="s">
      <Checkbox checked={cleanup != null} onChange={({ detail }) => set({ cleanup: detail.checked ? { after: 60 } : undefined })}>{text.on}</Checkbox>
      {cleanup && (
        <ColumnLayout columns={2}>
          {/* Needed: what is left empty the API asks for. */}
          <NumberField label={text.after} problem={at('cleanup')} value={cleanup.after} onValue={(after) => set({ cleanup: { ...cleanup, after: after as number } })} />
          <ChoiceField
            label={text.onFailure}
            value={cleanup.onFailure ?? 'KEEP'}
            options={[{ value: 'KEEP', label: text.keep }, { value: 'CLEANUP', label: text.cleanup }]}
            onValue={(onFailure) => set({ cleanup: { ...cleanup, onFailure } })}
          />
        </ColumnLayout>
      )}
    </SpaceBetween>
  );
}
