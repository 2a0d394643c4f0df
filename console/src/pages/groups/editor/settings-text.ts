import type { LaunchSettings } from '../../../api/types.js';
import { common } from '../../../strings/common.js';

/** `copyTags: true, licensing.osByol: false`: by the names that the API uses; what is left out is not named. */
export function settingsText(settings: LaunchSettings | undefined): string {
  const { licensing, ...flat } = settings ?? {};
  const all: [string, unknown][] = [...Object.entries(flat), ['licensing.osByol', licensing?.osByol]];
  return all.filter(([, value]) => value != null).map(([name, value]) => `${name}: ${String(value)}`).join(', ') || common.none;
}
