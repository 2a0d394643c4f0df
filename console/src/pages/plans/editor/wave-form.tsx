import Alert from '@cloudscape-design/components/alert';
import Checkbox from '@cloudscape-design/components/checkbox';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import FormField from '@cloudscape-design/components/form-field';
import Multiselect from '@cloudscape-design/components/multiselect';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { Wave } from '../../../api/types.js';
import { common } from '../../../strings/common.js';
import { planEditor as text } from '../../../strings/editors.js';
import { steps } from '../../../strings/steps.js';
import { type FieldProblem, problemAt, problemBesides } from '../../../view/field-problems.js';
import { ChoiceField, NumberField, TextField } from '../../../view/fields.js';
import { Actions } from './actions.js';
import { Checks } from './checks.js';
import { CriticalityFields } from './criticality.js';
import { APPROVAL_MINUTES, LAUNCH_MINUTES, WAVE_FIELDS } from './draft.js';

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
  const besides = problemBesides(problems, path, WAVE_FIELDS);
  return (
    <SpaceBetween size="l">
      {besides && <Alert type="error">{besides}</Alert>}
      <ColumnLayout columns={2}>
        <TextField label={text.waveName} problem={at('name')} value={wave.name} onValue={(name) => set({ name })} />
        <ChoiceField label={text.onFailure} problem={at('onFailure')} value={wave.onFailure ?? 'STOP'} options={ON_FAILURE} onValue={(onFailure) => set({ onFailure })} />
        <Names label={text.groups} placeholder={text.chooseGroups} problem={at('groups')} names={wave.groups} all={groups} onNames={(names) => set({ groups: names })} />
        <Names label={text.after} placeholder={text.chooseWaves} problem={at('dependsOnWaves')} names={wave.dependsOnWaves ?? []} all={others} onNames={(names) => set({ dependsOnWaves: names })} />
        <NumberField label={text.minHealthy} problem={at('minHealthyPercent')} placeholder={text.minHealthyDefault} value={wave.minHealthyPercent} onValue={(minHealthyPercent) => set({ minHealthyPercent })} />
        <NumberField label={text.launchTimeout} problem={at('launchTimeoutMinutes')} placeholder={steps.defaultMinutes(LAUNCH_MINUTES)} value={wave.launchTimeoutMinutes} onValue={(launchTimeoutMinutes) => set({ launchTimeoutMinutes })} />
      </ColumnLayout>
      <CriticalityFields wave={wave} problem={at('criticality')} onWave={onWave} />
      <Approval wave={wave} roles={roles} at={at} onWave={onWave} />
      <Actions side="before" actions={wave.beforeActions ?? []} path={`${path}.beforeActions`} problems={problems} onActions={(beforeActions) => set({ beforeActions })} />
      <Checks checks={wave.healthChecks ?? []} path={`${path}.healthChecks`} problems={problems} onChecks={(healthChecks) => set({ healthChecks })} />
      <Actions side="after" actions={wave.afterActions ?? []} path={`${path}.afterActions`} problems={problems} onActions={(afterActions) => set({ afterActions })} />
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
        deselectAriaLabel={({ label: name }) => `${steps.remove} ${name ?? ''}`}
        onChange={({ detail }) => onNames(detail.selectedOptions.flatMap(({ value }) => value ?? []))}
      />
    </FormField>
  );
}

type ApprovalProps = Pick<WaveFormProps, 'wave' | 'roles' | 'onWave'> & { readonly at: (field: string) => string | undefined };

function Approval({ wave, roles, at, onWave }: ApprovalProps) {
  const { approval } = wave;
  const set = (change: object) => onWave({ ...wave, approval: { ...approval, ...change } });
  return (
    <SpaceBetween size="s">
      <Checkbox checked={approval != null} onChange={({ detail }) => onWave({ ...wave, approval: detail.checked ? {} : undefined })}>
        {text.approval}
      </Checkbox>
      {approval && (
        <ColumnLayout columns={3}>
          <ChoiceField label={text.approvalRole} problem={at('approval.role')} value={approval.role ?? 'dr-approver'} options={roles.map(option)} onValue={(role) => set({ role })} />
          <NumberField
            label={text.approvalTimeout}
            placeholder={steps.defaultMinutes(APPROVAL_MINUTES)}
            problem={at('approval.timeoutMinutes')}
            value={approval.timeoutMinutes}
            onValue={(timeoutMinutes) => set({ timeoutMinutes })}
          />
          <ChoiceField
            label={text.onTimeout}
            problem={at('approval.onTimeout')}
            value={approval.onTimeout ?? 'REJECT'}
            options={[{ value: 'REJECT', label: text.onTimeoutReject }, { value: 'PROCEED', label: text.onTimeoutProceed }]}
            onValue={(onTimeout) => set({ onTimeout })}
          />
        </ColumnLayout>
      )}
    </SpaceBetween>
  );
}
