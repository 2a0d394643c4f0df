import Autosuggest from '@cloudscape-design/components/autosuggest';
import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { itemsOf, useEveryPage, usePlans } from '../../api/queries.js';
import type { ScheduleDocument } from '../../api/types.js';
import { common } from '../../strings/common.js';
import { scheduleForm as text } from '../../strings/schedules.js';
import { type FieldProblem, problemAt } from '../../view/field-problems.js';
import { NumberField, TextField } from '../../view/fields.js';
import type { Draft } from './draft.js';

interface Props {
  readonly draft: Draft;
  readonly isNew: boolean;
  readonly problems: readonly FieldProblem[];
  readonly onDraft: (draft: Draft) => void;
}

export function ScheduleFields({ draft, isNew, problems, onDraft }: Props) {
  const { document } = draft;
  const set = (change: Partial<ScheduleDocument>) => onDraft({ ...draft, document: { ...document, ...change } });
  const at = (field: string) => problemAt(problems, field);
  return (
    <SpaceBetween size="l">
      {isNew && <PlanField plan={draft.plan} onPlan={(plan) => onDraft({ ...draft, plan })} />}
      {isNew && <TextField label={text.name} hint={text.nameHint} problem={at('schedule')} value={draft.name} onValue={(name) => onDraft({ ...draft, name })} />}
      <TextField
        label={text.expression}
        hint={text.expressionHint}
        problem={at('expression')}
        value={document.expression}
        onValue={(expression) => set({ expression })}
      />
      <TimeZoneField zone={document.timeZone ?? ''} problem={at('timeZone')} onZone={(timeZone) => set({ timeZone })} />
      <NumberField
        label={text.cleanup}
        hint={text.cleanupHint}
        problem={at('cleanupAfterMinutes')}
        value={document.cleanupAfterMinutes}
        onValue={(cleanupAfterMinutes) => set({ cleanupAfterMinutes })}
      />
      <TextField label={text.description} problem={at('description')} value={document.description ?? ''} onValue={(description) => set({ description })} />
      <Checkbox checked={document.enabled ?? true} onChange={({ detail }) => set({ enabled: detail.checked })}>{text.enabled}</Checkbox>
    </SpaceBetween>
  );
}

function PlanField({ plan, onPlan }: { plan: string; onPlan: (plan: string) => void }) {
  const query = useEveryPage(usePlans());
  const options = itemsOf(query.data).map(({ name }) => ({ value: name, label: name }));
  return (
    <FormField label={common.plan} errorText={query.error?.message} stretch>
      <Select
        filteringType="auto"
        filteringAriaLabel={common.filterPlaceholder}
        placeholder={text.choosePlan}
        statusType={query.isPending ? 'loading' : 'finished'}
        loadingText={common.loading}
        empty={common.noMatch}
        selectedOption={plan === '' ? null : { value: plan, label: plan }}
        options={options}
        onChange={({ detail }) => onPlan(detail.selectedOption.value ?? '')}
      />
    </FormField>
  );
}

/** What this browser knows, as a help. The API has zones of its own, and says which there are. */
const ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')].map((value) => ({ value }));

function TimeZoneField({ zone, problem, onZone }: { zone: string; problem: string | undefined; onZone: (zone: string) => void }) {
  return (
    <FormField label={text.timeZone} description={text.timeZoneHint} errorText={problem} stretch>
      <Autosuggest
        value={zone}
        options={ZONES}
        enteredTextLabel={text.useTyped}
        empty={text.noZone}
        clearAriaLabel={text.clearZone}
        onChange={({ detail }) => onZone(detail.value)}
      />
    </FormField>
  );
}
