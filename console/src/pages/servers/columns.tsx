import CloudscapeLink from '@cloudscape-design/components/link';
import type { PropertyFilterProps } from '@cloudscape-design/components/property-filter';
import type { TableProps } from '@cloudscape-design/components/table';
import type { ReactNode } from 'react';
import { to } from '../../routes.js';
import { Link } from '../../shell/link.js';
import { common } from '../../strings/common.js';
import { servers as text } from '../../strings/inventory.js';
import { instanceAddress } from '../../view/aws-console.js';
import { age, bytes, dateTime, words } from '../../view/format.js';
import type { Row } from './rows.js';

const { columns: headers } = text;

interface Column {
  readonly id: keyof Row;
  readonly header: string;
  readonly cell: (row: Row, now: number) => ReactNode;
  /** Shown until somebody chooses otherwise. */
  readonly first?: boolean;
  /** What the filter can ask: text, or a number in the unit that the label names. */
  readonly filter?: 'text' | 'number';
}

/** Everything that the API says about a source server. */
const ALL: readonly Column[] = [
  { id: 'hostname', header: headers.server, first: true, filter: 'text', cell: ({ hostname, id, region }) => <Link href={to.server(id, region)}>{hostname || id}</Link> },
  { id: 'replicationState', header: headers.state, first: true, filter: 'text', cell: ({ replicationState }) => words(replicationState) },
  { id: 'lagSeconds', header: headers.lag, first: true, filter: 'number', cell: ({ lagSeconds }) => age(lagSeconds) },
  {
    id: 'lastRecoveryPointAt',
    header: headers.recoveryPoint,
    first: true,
    cell: ({ lastRecoveryPointAt }, now) => age(lastRecoveryPointAt == null ? null : now - lastRecoveryPointAt),
  },
  { id: 'group', header: headers.group, first: true, filter: 'text', cell: ({ groups, group }) => (groups.length === 0 ? group : groups.map((name) => <div key={name}><Link href={to.group(name)}>{name}</Link></div>)) },
  { id: 'region', header: headers.region, first: true, filter: 'text', cell: ({ region }) => region },
  { id: 'os', header: headers.os, first: true, filter: 'text', cell: ({ os }) => os },
  { id: 'id', header: headers.id, first: true, filter: 'text', cell: ({ id }) => id },
  { id: 'replicationError', header: text.facts.error, filter: 'text', cell: ({ replicationError }) => replicationError ?? common.none },
  {
    id: 'recoveryInstanceId',
    header: headers.instance,
    filter: 'text',
    cell: ({ recoveryInstanceId, region }) =>
      recoveryInstanceId ? <CloudscapeLink external href={instanceAddress(recoveryInstanceId, region)}>{recoveryInstanceId}</CloudscapeLink> : common.none,
  },
  { id: 'launched', header: headers.lastLaunch, filter: 'text', cell: ({ lastLaunch, launched }) => (lastLaunch ? `${launched}, ${dateTime(lastLaunch.at)}` : common.none) },
  { id: 'cpus', header: headers.cpus, filter: 'number', cell: ({ cpus }) => cpus },
  { id: 'ramBytes', header: headers.memory, cell: ({ ramBytes }) => bytes(ramBytes) },
  { id: 'diskBytes', header: headers.disks, cell: ({ disks, diskBytes }) => text.disksOf(disks.length, bytes(diskBytes)) },
  { id: 'tagText', header: text.facts.tags, filter: 'text', cell: ({ tagText }) => tagText || common.none },
  { id: 'lastSeenAt', header: text.facts.seen, cell: ({ lastSeenAt }) => dateTime(lastSeenAt) },
  { id: 'agentVersion', header: text.facts.agent, filter: 'text', cell: ({ agentVersion }) => agentVersion || common.none },
  { id: 'account', header: text.facts.account, filter: 'text', cell: ({ account }) => account },
  { id: 'arn', header: headers.arn, filter: 'text', cell: ({ arn }) => arn },
];

export const columnsAt = (now: number): TableProps.ColumnDefinition<Row>[] =>
  ALL.map(({ id, header, cell }) => ({ id, header, sortingField: id, isRowHeader: id === 'hostname', cell: (row: Row) => cell(row, now) }));

export const COLUMN_OPTIONS = ALL.map(({ id, header }) => ({ id, label: header, alwaysVisible: id === 'hostname' }));

export const FIRST_COLUMNS: readonly string[] = ALL.filter(({ first }) => first).map(({ id }) => id);

/** What one can filter by. Numbers are compared, text is equal or contained. */
export const PROPERTIES: PropertyFilterProps.FilteringProperty[] = ALL.filter(({ filter }) => filter).map(({ id, header, filter }) => ({
  key: id,
  propertyLabel: id === 'lagSeconds' ? text.lagSeconds : header,
  groupValuesLabel: header,
  operators: filter === 'number' ? ['=', '!=', '>', '<', '>=', '<='] : ['=', '!=', ':', '!:'],
}));
