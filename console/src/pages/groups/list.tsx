import { useEveryPage, useGroups } from '../../api/queries.js';
import type { Group } from '../../api/types.js';
import { to } from '../../routes.js';
import { groupEditor } from '../../strings/editors.js';
import { groups as text } from '../../strings/inventory.js';
import { CatalogTable, nameColumn } from '../../view/catalog-table.js';
import { dateTime } from '../../view/format.js';
import { selectionText } from './selection.js';

/** Every protection group. */
export default function GroupsPage() {
  const create = { href: to.newGroup, label: groupEditor.createAction };
  return <CatalogTable query={useEveryPage(useGroups())} words={text} columns={COLUMNS} create={create} />;
}

const { columns } = text;
const COLUMNS = [
  nameColumn<Group>(columns.name, to.group),
  { id: 'selection', header: columns.selection, cell: selectionText },
  { id: 'region', header: columns.region, sortingField: 'region', cell: ({ region }: Group) => region ?? text.home },
  { id: 'version', header: columns.version, cell: ({ version }: Group) => version },
  { id: 'updated', header: columns.updated, sortingField: 'updatedAt', cell: ({ updatedAt }: Group) => dateTime(updatedAt) },
];
