import { useMemo } from 'react';
import { useInventory } from '../../../api/inventory.js';
import type { GroupDocument } from '../../../api/types.js';
import { useShell } from '../../../shell/context.js';

/** The inventory as far as a group can have it: of its Region. */
export function useRegionServers(region: string | null | undefined) {
  const { config } = useShell();
  const { items: all, ...inventory } = useInventory();
  const place = region || config.region;
  const items = useMemo(() => all.filter((server) => server.region === place), [all, place]);
  return { ...inventory, items };
}

/** The servers that an override can be for: those that the group lists, or any of its Region when tags choose them. */
export function useCandidates(group: GroupDocument) {
  const { items } = useRegionServers(group.region);
  const names = useMemo(() => new Map(items.map(({ id, hostname }) => [id, hostname])), [items]);
  const named = (id: string) => names.get(id) || id;
  const listed = group.servers ?? [];
  const candidates = listed.length > 0 ? listed.map(({ id }) => ({ id, hostname: named(id) })) : items;
  return { named, candidates };
}
