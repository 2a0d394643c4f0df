import Checkbox from '@cloudscape-design/components/checkbox';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import FormField from '@cloudscape-design/components/form-field';
import Multiselect from '@cloudscape-design/components/multiselect';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { Wave } from '../../../api/types.js';
import { common } from '../../../strings/common.js';
import { planEditor as text } from '../../../strings/editors.js';
import { type FieldProblem, problemAt } from '../../../view/field-problems.js';
import { ChoiceField, NumberField, TextField } from '../../../view/fields.js';
import { Checks } from './checks.js';

export interface WaveFormProps {
  readonly wave: Wave;
  /** Its place in the plan, as problems name it. */
  readonly path: string;
  readonly others: readonly string[];
  readonly groups: readonly string[];
  readonly roles: readonly string[];
  readonly problems: readonly FieldProblem[];
  readonly onWave: (wave: Wave) => void;
}

const option = (value: string) => ({ value, label: value });

const ON_FAILURE = [
  { value: 'STOP' as const, label: text.onFailureStop },
  { value: 'CONTINUE' as const, label: text.onFailureContinue },
  { value: 'PAUSE' as const, label: text.onFailurePause },
];

/** One wave. What is possible the API says when it is stored; nothing is checked here. */
export function WaveForm({ wave, path, others, groups, roles, problems, onWave }: WaveFormProps) {
  const set = (change: Partial<Wave>) => onWave({ ...wave, ...change });
  const at = (field: string) => problemAt(problems, `${path}.${field}`);
  return (
    <SpaceBetween size="l">
      <ColumnLayout columns={2}>
        <TextField label={text.waveName} problem={at('name')} value={wave.name} onValue={(name) => set({ name })} />
        <ChoiceField label={text.onFailure} problem={at('onFailure')} value={wave.onFailure ?? 'STOP'} options={ON_FAILURE} onValue={(onFailure) => set({ onFailure })} />
        <Names label={text.groups} placeholder={text.chooseGroups} problem={at('groups')} names={wave.groups} all={groups} onNames={(names) => set({ groups: names })} />
        <Names label={text.after} placeholder={text.chooseWaves} problem={at('dependsOnWaves')} names={wave.dependsOnWaves ?? []} all={others} onNames={(names) => set({ dependsOnWaves: names })} />
        <NumberField label={text.minHealthy} problem={at('minHealthyPercent')} value={wave.minHealthyPercent ?? 0} onValue={(value) => set({ minHealthyPercent: value ?? 0 })} />
        <NumberField label={text.launchTimeout} problem={at('launchTimeoutMinutes')} value={wave.launchTimeoutMinutes ?? 120} onValue={(value) => set({ launchTimeoutMinutes: value ?? 120 })} />
      </ColumnLayout>
      <Approval wave={wave} roles={roles} problem={at('approval')} onWave={onWave} />
      <Checks checks={wave.healthChecks ?? []} problem={at('healthChecks')} onChecks={(healthChecks) => set({ healthChecks })} />
    </SpaceBetween>
  );
}

interface NamesProps {
  readonly label: string;
  readonly placeholder: string;
  readonly problem: string | undefined;
  readonly names: readonly string[];
  readonly all: readonly string[];
  readonly onNames: (names: string[]) => void;
}

function Names({ label, placeholder, problem, names, all, onNames }: NamesProps) {
  return (
    <FormField label={label} errorText={problem} stretch>
      <Multiselect
        placeholder={placeholder}
        filteringType="auto"
        virtualScroll={all.length > 100}
        filteringAriaLabel={common.filterPlaceholder}
        selectedOptions={names.map(option)}
        options={all.map(option)}
        deselectAriaLabel={({ label: name }) => `${text.removeCheck} ${name ?? ''}`}
        onChange={({ detail }) => onNames(detail.selectedOptions.flatMap(({ value }) => value ?? []))}
      />
    </FormField>
  );
}

function Approval({ wave, roles, problem, onWave }: Pick<WaveFormProps, 'wave' | 'roles' | 'onWave'> & { problem: string | undefined }) {
  const { approval } = wave;
  const set = (change: object) => onWave({ ...wave, approval: { ...approval, ...change } });
  return (
    <SpaceBetween size="s">
      <Checkbox checked={approval != null} onChange={({ detail }) => onWave({ ...wave, approval: detail.checked ? {} : undefined })}>
        {text.approval}
      </Checkbox>
      {approval && (
        <ColumnLayout columns={3}>
          <ChoiceField label={text.approvalRole} problem={problem} value={approval.role ?? 'dr-approver'} options={roles.map(option)} onValue={(role) => set({ role })} />
          <NumberField label={text.approvalTimeout} value={approval.timeoutMinutes ?? 240} onValue={(timeoutMinutes) => set({ timeoutMinutes: timeoutMinutes ?? 240 })} />
          <ChoiceField
            label={text.onTimeout}
            value={approval.onTimeout ?? 'REJECT'}
            options={[{ value: 'REJECT', label: text.onTimeoutReject }, { value: 'PROCEED', label: text.onTimeoutProceed }]}
            onValue={(onTimeout) => set({ onTimeout })}
          />
        </ColumnLayout>
      )}
    </SpaceBetween>
  );
}
