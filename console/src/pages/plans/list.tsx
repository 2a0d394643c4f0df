import { useEveryPage, usePlans } from '../../api/queries.js';
import type { Plan } from '../../api/types.js';
import { to } from '../../routes.js';
import { common } from '../../strings/common.js';
import { planEditor } from '../../strings/editors.js';
import { plan as one, plans as text } from '../../strings/plans.js';
import { CatalogTable, nameColumn } from '../../view/catalog-table.js';
import { dateTime } from '../../view/format.js';
import { PlanReadiness } from '../../view/readiness.js';

/** Every recovery plan. */
export default function PlansPage() {
  const create = { href: to.newPlan, label: planEditor.createAction };
  return <CatalogTable query={useEveryPage(usePlans())} words={text} columns={COLUMNS} create={create} />;
}

const { columns } = text;
const COLUMNS = [
  nameColumn<Plan>(columns.name, to.plan),
  { id: 'readiness', header: columns.readiness, cell: ({ name }: Plan) => <PlanReadiness name={name} /> },
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
