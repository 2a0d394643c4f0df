import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useApi } from '../shell/context.js';
import { servers as text } from '../strings/inventory.js';
import { body, byToken } from './client.js';
import { itemsOf, useEveryPage } from './queries.js';

/**
 * The inventory, a page after the other, as far as it is read; `isComplete` says whether that is all of it. Each server has
 * the groups that hold it as one text, to be found by.
 */
export function useInventory() {
  const api = useApi();
  const query = useEveryPage(useInfiniteQuery({
    queryKey: ['servers'],
    queryFn: ({ pageParam }) =>
      body(api.GET('/v1/source-servers', { params: { query: { sort: 'hostname', limit: 200, nextToken: pageParam } } })),
    ...byToken,
    staleTime: 30_000,
  }));
  const { data, hasNextPage } = query;
  const items = useMemo(
    () => itemsOf(data).map((server) => ({ ...server, group: server.groups.join(', ') || text.noGroup })),
    [data],
  );
  const newest = data?.pages.at(-1);
  return { query, items, total: newest?.total ?? 0, regions: newest?.regions ?? [], isComplete: data !== undefined && !hasNextPage };
}
