import type { Readiness } from '../api/types.js';

/** What plans are counted and found by: the verdict of the API, and whether one was never drilled, which goes with any verdict. */
export const READINESS_KINDS = ['READY', 'ATTENTION', 'NOT_READY', 'NEVER_DRILLED'] as const;
export type ReadinessKind = (typeof READINESS_KINDS)[number];

export const neverDrilled = ({ findings }: Pick<Readiness, 'findings'>): boolean => findings.some(({ code }) => code === 'NEVER_DRILLED');

export function isOfKind(readiness: Pick<Readiness, 'findings' | 'verdict'> | null | undefined, kind: ReadinessKind): boolean {
  return readiness != null && (kind === 'NEVER_DRILLED' ? neverDrilled(readiness) : readiness.verdict === kind);
}
