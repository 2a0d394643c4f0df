import type { Execution, PlanForecast } from '../../api/types.js';
import type { GanttRow } from '../../view/gantt.js';
import { lookOf } from '../../view/status.js';

/** A line for each wave, in the plan's order. */
export function ganttRows(execution: Execution, forecast: PlanForecast | undefined): GanttRow[] {
  const from = (at: number) => at - execution.startedAt;
  const expectedOf = new Map(forecast?.waves.map((wave) => [wave.name, wave]));
  return execution.waves.map((wave) => {
    const expected = expectedOf.get(wave.name);
    const end = wave.endedAt ?? execution.endedAt;
    return {
      name: wave.name,
      ...(expected && {
        expected: {
          start: expected.start.p50Seconds,
          end: expected.end.p50Seconds,
          late: expected.end.p90Seconds,
          critical: expected.critical,
        },
      }),
      ...(wave.startedAt != null && {
        actual: {
          start: from(wave.startedAt),
          ...(end != null && { end: from(end) }),
          look: lookOf(wave.status),
          ...(wave.launchedAt != null && { launched: from(wave.launchedAt) }),
        },
      }),
    };
  });
}
