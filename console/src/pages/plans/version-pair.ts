import type { Plan } from '../../api/types.js';

/** Two versions of a plan, the older one first. */
export interface Pair {
  readonly before: Plan;
  readonly after: Plan;
}

/** What two selected versions compare to, in whatever order they were selected; nothing for fewer or more. */
export function pairOf(selected: readonly Plan[]): Pair | undefined {
  const [before, after, more] = [...selected].sort((left, right) => left.version - right.version);
  return before && after && !more ? { before, after } : undefined;
}
