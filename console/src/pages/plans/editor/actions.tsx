import ColumnLayout from '@cloudscape-design/components/column-layout';
import type { Action } from '../../../api/types.js';
import { steps as strings } from '../../../strings/steps.js';
import type { FieldProblem } from '../../../view/field-problems.js';
import { ChoiceField, NumberField, TextField } from '../../../view/fields.js';
import { ACTION_MINUTES } from './draft.js';
import { Modes } from './modes.js';
import { Parameters } from './parameters.js';
import { StepList, type StepProps } from './step-list.js';

const text = strings.actions;

const KINDS = (['ssmAutomation', 'ssmCommand', 'delay'] as const).map((value) => ({ value, label: text.kinds[value] }));
const ON_FAILURE = [{ value: 'STOP' as const, label: text.stop }, { value: 'CONTINUE' as const, label: text.goOn }];
const FIELDS = ['name', 'kind', 'document', 'parameters', 'timeoutMinutes', 'delayMinutes', 'onFailure', 'runIn'];

interface Props {
  readonly side: 'before' | 'after';
  readonly actions: readonly Action[];
  readonly path: string;
  readonly problems: readonly FieldProblem[];
  readonly onActions: (actions: Action[]) => void;
}

/** What is done before or after a wave. Which kinds are possible where, the API says. */
export function Actions({ side, actions, path, problems, onActions }: Props) {
  const before = side === 'before';
  return (
    <StepList
      title={before ? text.before : text.after}
      hint={before ? text.beforeHint : text.afterHint}
      addText={before ? text.addBefore : text.addAfter}
      nameOf={text.one}
      steps={actions}
      fresh={(): Action => ({ name: '', kind: 'ssmAutomation', onFailure: 'STOP', runIn: ['DRILL', 'RECOVERY'] })}
      path={path}
      fields={FIELDS}
      problems={problems}
      onSteps={onActions}
    >
      {(props) => <One {...props} />}
    </StepList>
  );
}

function One({ step: action, isNew, at, set }: StepProps<Action>) {
  return (
    <>
      <ColumnLayout columns={4}>
        <TextField label={strings.name} problem={at('name')} value={action.name} autoFocus={isNew} onValue={(name) => set({ name })} />
        <ChoiceField label={strings.kind} problem={at('kind')} value={action.kind} options={KINDS} onValue={(kind) => set({ kind })} />
        {action.kind === 'delay' ? (
          <NumberField label={text.delay} problem={at('delayMinutes')} value={action.delayMinutes} onValue={(delayMinutes) => set({ delayMinutes })} />
        ) : (
          <NumberField
            label={strings.minutes}
            placeholder={strings.defaultMinutes(ACTION_MINUTES)}
            problem={at('timeoutMinutes')}
            value={action.timeoutMinutes}
            onValue={(timeoutMinutes) => set({ timeoutMinutes })}
          />
        )}
        <ChoiceField label={text.onFailure} problem={at('onFailure')} value={action.onFailure ?? 'STOP'} options={ON_FAILURE} onValue={(onFailure) => set({ onFailure })} />
      </ColumnLayout>
      {action.kind !== 'delay' && (
        <>
          <TextField label={strings.document} hint={strings.documentHint} problem={at('document')} value={action.document ?? ''} onValue={(document) => set({ document })} />
          <Parameters
            parameters={action.parameters ?? {}}
            hint={strings.parameters.hintPlaceholders}
            problem={at('parameters')}
            onParameters={(parameters) => set({ parameters })}
          />
        </>
      )}
      <Modes modes={action.runIn ?? ['DRILL', 'RECOVERY']} problem={at('runIn')} onModes={(runIn) => set({ runIn })} />
    </>
  );
}
