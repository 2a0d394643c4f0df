import type { RecoveryPointChoice } from '../../api/types.js';

export type PointKind = RecoveryPointChoice['kind'];

/** A choice of recovery points as it is made: a part of it may still be missing. */
export interface PointDraft {
  readonly kind: PointKind;
  /** `2026-11-24` and `02:00:00`, in the browser's time zone, as everything is shown. */
  readonly date: string;
  readonly time: string;
  /** The recovery point of each server that was chosen; empty until one is. */
  readonly snapshots: Readonly<Record<string, string>>;
  /** For the servers without one of their own: not after the moment either, or the newest. */
  readonly othersNotAfter: boolean;
}

export const NEWEST: PointDraft = { kind: 'LATEST', date: '', time: '', snapshots: {}, othersNotAfter: false };

/** Unix seconds of what is typed; nothing until all of it is. */
export function momentOf({ date, time }: Pick<PointDraft, 'date' | 'time'>): number | undefined {
  const at = /^\d{2}:\d{2}(:\d{2})?$/.test(time) ? Date.parse(`${date}T${time}`) : NaN;
  return Number.isFinite(at) ? Math.floor(at / 1000) : undefined;
}

/** What the API is asked for; nothing while a part is missing. Whether it is possible, the API says. */
export function choiceOf(draft: PointDraft): RecoveryPointChoice | undefined {
  if (draft.kind === 'LATEST') {
    return { kind: 'LATEST' };
  }
  const at = momentOf(draft);
  if (draft.kind === 'NOT_AFTER') {
    return at === undefined ? undefined : { kind: 'NOT_AFTER', at };
  }
  const chosen = Object.values(draft.snapshots);
  const unfinished = chosen.length === 0 || chosen.includes('') || (draft.othersNotAfter && at === undefined);
  if (unfinished) {
    return undefined;
  }
  const others = draft.othersNotAfter && at !== undefined ? ({ kind: 'NOT_AFTER', at } as const) : ({ kind: 'LATEST' } as const);
  return { kind: 'SNAPSHOTS', snapshots: { ...draft.snapshots }, others };
}

/** With exactly these servers chosen by hand; those that were keep their recovery point. */
export function withServers(draft: PointDraft, servers: readonly string[]): PointDraft {
  return { ...draft, snapshots: Object.fromEntries(servers.map((id) => [id, draft.snapshots[id] ?? ''])) };
}
