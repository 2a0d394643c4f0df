import type { StoredReport } from '../../api/types.js';

/** Of each format the one that was stored last, in the order in which the formats were first stored. */
export function newest(reports: readonly StoredReport[]): StoredReport[] {
  const last = new Map<string, StoredReport>();
  for (const report of reports) {
    const before = last.get(report.format);
    if (before === undefined || report.storedAt >= before.storedAt) {
      last.set(report.format, report);
    }
  }
  return [...last.values()];
}
