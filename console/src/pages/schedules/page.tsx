import FormField from '@cloudscape-design/components/form-field';
import Select from '@cloudscape-design/components/select';
import { useSearchParams } from 'react-router';
import { itemsOf, useEveryPage, usePlans } from '../../api/queries.js';
import { common } from '../../strings/common.js';
import { schedules as text } from '../../strings/schedules.js';
import { ScheduleTable } from './table.js';

/** Which plans are drilled by themselves, and what came of it. The plan is in the address, so that a list can be passed on. */
export default function SchedulesPage() {
  const [search, setSearch] = useSearchParams();
  const plan = search.get('plan') || undefined;
  return (
    <ScheduleTable
      // What was chosen or opened in the list of one plan is nothing to another.
      key={plan}
      plan={plan}
      variant="full-page"
      filter={<PlanSelect plan={plan} onPlan={(name) => setSearch(name ? { plan: name } : {})} />}
    />
  );
}

function PlanSelect({ plan = '', onPlan }: { plan: string | undefined; onPlan: (plan: string | undefined) => void }) {
  const names = itemsOf(useEveryPage(usePlans()).data).map(({ name }) => name);
  const known = plan === '' || names.includes(plan) ? names : [plan, ...names];
  const options = [{ value: '', label: text.allPlans }, ...known.map((name) => ({ value: name, label: name }))];
  return (
    <FormField label={text.plan}>
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
