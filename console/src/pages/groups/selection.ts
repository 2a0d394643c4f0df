import type { Group } from '../../api/types.js';
import { groups as text } from '../../strings/inventory.js';

/** `3 servers`, or by which tags: `app=shop, tier=db|cache`. */
export function selectionText({ servers = [], selectionTags = {} }: Pick<Group, 'servers' | 'selectionTags'>): string {
  const tags = Object.entries(selectionTags).map(([key, values]) => `${key}=${values.join('|')}`);
  return tags.length > 0 ? `${text.byTags}: ${tags.join(', ')}` : text.listed(servers.length);
}
