import { servers as text } from '../strings/inventory.js';
import { type Api, body } from './client.js';

/** Every page of the inventory, and for each server the groups that hold it as one text, to be found by. */
export async function allServers(api: Api) {
  const page = (nextToken: string | undefined) =>
    body(api.GET('/v1/source-servers', { params: { query: { sort: 'hostname', limit: 200, nextToken } } }));
  const first = await page(undefined);
  const items = [...first.items];
  let next = first.nextToken;
  while (next != null) {
    const more = await page(next);
    items.push(...more.items);
    next = more.nextToken;
  }
  return {
    total: first.total,
    regions: first.regions,
    items: items.map((server) => ({ ...server, group: server.groups.join(', ') || text.noGroup })),
  };
}
