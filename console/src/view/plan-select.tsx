import FormField from '@cloudscape-design/components/form-field';
import Select from '@cloudscape-design/components/select';
import { itemsOf, useEveryPage, usePlans } from '../api/queries.js';
import { common } from '../strings/common.js';

/** Of which plan a list is to show things; '' is all. One that was deleted is still a choice while it is chosen. */
export function PlanSelect({ plan, onPlan }: { readonly plan: string; readonly onPlan: (plan: string | undefined) => void }) {
  const names = itemsOf(useEveryPage(usePlans()).data).map(({ name }) => name);
  const known = plan === '' || names.includes(plan) ? names : [plan, ...names];
  const options = [{ value: '', label: common.allPlans }, ...known.map((name) => ({ value: name, label: name }))];
  return (
    <FormField label={common.plan}>
      <Select
        filteringType="auto"
        filteringAriaLabel={common.filterPlaceholder}
        selectedOption={options.find(({ value }) => value === plan) ?? null}
        options={options}
        onChange={({ detail }) => onPlan(detail.selectedOption.value)}
      />
    </FormField>
  );
}
