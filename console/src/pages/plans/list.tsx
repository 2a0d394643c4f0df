import Select from '@cloudscape-design/components/select';
import { useSearchParams } from 'react-router';
import { itemsOf, useEveryPage, useEveryReadiness, usePlans } from '../../api/queries.js';
import type { Plan } from '../../api/types.js';
import { to } from '../../routes.js';
import { common } from '../../strings/common.js';
import { planEditor } from '../../strings/editors.js';
import { plan as one, plans as text } from '../../strings/plans.js';
import { CatalogTable, nameColumn } from '../../view/catalog-table.js';
import { dateTime, words } from '../../view/format.js';
import { READINESS_KINDS, isOfKind } from '../../view/readiness-kind.js';
import { PlanReadiness } from '../../view/readiness.js';

/** Every recovery plan, or those that are as ready as the address says. */
export default function PlansPage() {
  const [search, setSearch] = useSearchParams();
  const query = useEveryPage(usePlans());
  const kind = READINESS_KINDS.find((one) => one === search.get('readiness'));
  const names = itemsOf(query.data).map(({ name }) => name);
  const readiness = useEveryReadiness(kind === undefined ? NONE : names);
  const shown = kind && new Set(names.filter((_, index) => isOfKind(readiness[index], kind)));
  return (
    <CatalogTable
      query={query}
      words={text}
      columns={COLUMNS}
      create={{ href: to.newPlan, label: planEditor.createAction }}
      {...(shown && { only: ({ name }: Plan) => shown.has(name) })}
      narrow={
        <Select
          ariaLabel={text.columns.readiness}
          options={KINDS}
          selectedOption={KINDS.find(({ value }) => value === (kind ?? '')) ?? null}
          onChange={({ detail: { selectedOption } }) => setSearch(selectedOption.value ? { readiness: selectedOption.value } : {})}
        />
      }
    />
  );
}

const NONE: readonly string[] = [];
const KINDS = [{ value: '', label: text.anyReadiness }, ...READINESS_KINDS.map((value) => ({ value: value as string, label: words(value) }))];

const { columns } = text;
const COLUMNS = [
  nameColumn<Plan>(columns.name, to.plan),
  { id: 'readiness', header: columns.readiness, minWidth: 220, cell: ({ name }: Plan) => <PlanReadiness name={name} /> },
  { id: 'waves', header: columns.waves, cell: ({ waves }: Plan) => waves.length },
  { id: 'groups', header: columns.groups, cell: ({ waves }: Plan) => waves.reduce((sum, { groups }) => sum + groups.length, 0) },
  {
    id: 'target',
    header: columns.targetRto,
    sortingField: 'targetRtoMinutes',
    cell: ({ targetRtoMinutes }: Plan) => (targetRtoMinutes == null ? common.none : one.minutes(targetRtoMinutes)),
  },
  { id: 'version', header: columns.version, cell: ({ version }: Plan) => version },
  { id: 'updated', header: columns.updated, sortingField: 'updatedAt', cell: ({ updatedAt }: Plan) => dateTime(updatedAt) },
];
