import type { SourceServer } from '../../api/types.js';
import { words } from '../../view/format.js';

/** A source server with what is several things in the API as one text or number, to be found and ordered by. */
export type Row = SourceServer & {
  readonly group: string;
  readonly tagText: string;
  readonly launched: string;
  readonly diskBytes: number;
};

export function rowOf(server: SourceServer & { readonly group: string }): Row {
  const { tags, lastLaunch, disks } = server;
  return {
    ...server,
    tagText: Object.entries(tags).map(([key, value]) => `${key}=${value}`).join(', '),
    launched: lastLaunch ? `${words(lastLaunch.mode)}, ${words(lastLaunch.result)}` : '',
    diskBytes: disks.reduce((sum, disk) => sum + disk.bytes, 0),
  };
}

/** Values that are offered for a property. Text that is different for every server is typed, not chosen from thousands. */
const OFFERED = ['replicationState', 'group', 'region', 'os', 'account', 'agentVersion', 'launched'] as const;
const MOST_VALUES = 200;

export function filteringOptions(rows: readonly Row[]): { propertyKey: string; value: string }[] {
  return OFFERED.flatMap((propertyKey) =>
    [...new Set(rows.map((row) => row[propertyKey]))]
      .filter((value) => value !== '')
      .sort()
      .slice(0, MOST_VALUES)
      .map((value) => ({ propertyKey, value })),
  );
}
