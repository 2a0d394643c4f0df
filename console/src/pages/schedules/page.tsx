import { useSearchParams } from 'react-router';
import { PlanSelect } from '../../view/plan-select.js';
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
      filter={<PlanSelect plan={plan ?? ''} onPlan={(name) => setSearch(name ? { plan: name } : {})} />}
    />
  );
}
