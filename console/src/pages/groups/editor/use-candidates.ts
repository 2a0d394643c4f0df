import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { allServers } from '../../../api/inventory.js';
import type { GroupDocument } from '../../../api/types.js';
import { useApi, useShell } from '../../../shell/context.js';

/** The inventory as far as a group can have it: of its Region. */
export function useRegionServers(region: string | null | undefined) {
  const api = useApi();
  const { config } = useShell();
  const query = useQuery({ queryKey: ['servers'], queryFn: () => allServers(api), staleTime: 30_000 });
  const place = region || config.region;
  const items = useMemo(() => (query.data?.items ?? []).filter((server) => server.region === place), [query.data, place]);
  return { query, items, regions: query.data?.regions ?? [] };
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
