import Checkbox from '@cloudscape-design/components/checkbox';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import type { HealthCheck } from '../../../api/types.js';
import { steps as strings } from '../../../strings/steps.js';
import type { FieldProblem } from '../../../view/field-problems.js';
import { ChoiceField, NumberField, TextField } from '../../../view/fields.js';
import { CHECK_MINUTES } from './draft.js';
import { Modes } from './modes.js';
import { Parameters } from './parameters.js';
import { StepList, type StepProps } from './step-list.js';

const text = strings.checks;

const KINDS = (['ssmAgentOnline', 'ssmCommand'] as const).map((value) => ({ value, label: text.kinds[value] }));
const SYSTEMS = [{ value: '', label: text.osAny }, { value: 'linux', label: text.osLinux }, { value: 'windows', label: text.osWindows }] as const;
const FIELDS = ['name', 'kind', 'document', 'parameters', 'timeoutMinutes', 'runIn', 'os'];

interface Props {
  readonly checks: readonly HealthCheck[];
  readonly path: string;
  readonly problems: readonly FieldProblem[];
  readonly onChecks: (checks: HealthCheck[]) => void;
}

/** The health checks of a wave. */
export function Checks({ checks, path, problems, onChecks }: Props) {
  return (
    <StepList
      title={text.title}
      hint={text.hint}
      addText={text.add}
      nameOf={text.one}
      steps={checks}
      fresh={(): HealthCheck => ({ name: '', kind: 'ssmAgentOnline', required: true, runIn: ['RECOVERY'] })}
      path={path}
      fields={FIELDS}
      problems={problems}
      onSteps={onChecks}
    >
      {(props) => <Check {...props} />}
    </StepList>
  );
}

function Check({ step: check, isNew, at, set }: StepProps<HealthCheck>) {
  return (
    <>
      <ColumnLayout columns={4}>
        <TextField label={strings.name} problem={at('name')} value={check.name} autoFocus={isNew} onValue={(name) => set({ name })} />
        <ChoiceField label={strings.kind} problem={at('kind')} value={check.kind} options={KINDS} onValue={(kind) => set({ kind })} />
        <NumberField
          label={strings.minutes}
          placeholder={strings.defaultMinutes(CHECK_MINUTES)}
          problem={at('timeoutMinutes')}
          value={check.timeoutMinutes}
          onValue={(timeoutMinutes) => set({ timeoutMinutes })}
        />
        <ChoiceField label={text.os} problem={at('os')} value={check.os ?? ''} options={SYSTEMS} onValue={(os) => set({ os: os === '' ? undefined : os })} />
      </ColumnLayout>
      {check.kind === 'ssmCommand' && (
        <>
          <TextField label={strings.document} hint={strings.documentHint} problem={at('document')} value={check.document ?? ''} onValue={(document) => set({ document })} />
          <Parameters parameters={check.parameters ?? {}} hint={strings.parameters.hint} problem={at('parameters')} onParameters={(parameters) => set({ parameters })} />
        </>
      )}
      <ColumnLayout columns={2}>
        <Modes modes={check.runIn ?? ['RECOVERY']} problem={at('runIn')} onModes={(runIn) => set({ runIn })} />
        <Checkbox checked={check.required ?? true} onChange={({ detail }) => set({ required: detail.checked })}>{text.required}</Checkbox>
      </ColumnLayout>
    </>
  );
}
