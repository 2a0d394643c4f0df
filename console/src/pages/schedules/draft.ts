import type { PlanSchedule, ScheduleDocument } from '../../api/types.js';

/** A schedule while somebody writes it. */
export interface Draft {
  readonly plan: string;
  readonly name: string;
  readonly document: ScheduleDocument;
}

/** What the fields show problems of, as the API names them. The name is a part of the path. */
export const SCHEDULE_FIELDS = ['schedule', 'expression', 'timeZone', 'cleanupAfterMinutes', 'description'];

export const emptyDraft = (plan: string): Draft => ({ plan, name: '', document: { expression: '', timeZone: 'UTC', enabled: true } });

/** A schedule as it is stored, without what the system adds. */
export function documentOf(stored: PlanSchedule): ScheduleDocument {
  const { planId: _, name: __, version: ___, updatedAt: ____, updatedBy: _____, nextRunAt: ______, lastRun: _______, missed: ________, ...document } = stored;
  return document;
}

export const draftOf = (stored: PlanSchedule): Draft => ({ plan: stored.planId, name: stored.name, document: documentOf(stored) });

/** What tells one from all others. No name has a `#`. */
export const keyOf = ({ planId, name }: Pick<PlanSchedule, 'planId' | 'name'>): string => `${planId}#${name}`;
