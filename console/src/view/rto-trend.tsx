import type { PlanRun } from '../api/types.js';
import { plan as strings } from '../strings/plans.js';
import { duration } from './format.js';
import { tickLabel, ticks } from './gantt-scale.js';
import { INK, TONE } from './tone.js';
import { useWidth } from './use-width.js';

const HEIGHT = 180;
const BASE = HEIGHT - 22;
const LEFT = 44;

type Run = Pick<PlanRun, 'executionId' | 'mode' | 'startedAt' | 'rtoSeconds' | 'targetRtoMinutes'>;

/** A bar for each run that recovered, oldest left, with the target of its version across it. The table has the numbers. */
export function RtoTrend({ runs }: { runs: readonly Run[] }) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const shown = runs.filter(({ rtoSeconds }) => rtoSeconds != null).slice(0, 24).reverse();
  const seconds = (run: Run) => run.rtoSeconds ?? 0;
  const target = (run: Run) => (run.targetRtoMinutes == null ? undefined : run.targetRtoMinutes * 60);
  const most = Math.max(60, ...shown.map((run) => Math.max(seconds(run), target(run) ?? 0))) * 1.08;
  const y = (value: number) => BASE - (value / most) * (BASE - 8);
  const slot = Math.min(90, (width - LEFT) / Math.max(1, shown.length));
  return (
    <div ref={ref}>
      {width > 0 && (
        <svg className="gantt" width={width} height={HEIGHT} role="img" aria-label={strings.runs.trend}>
          {ticks(most, 4).map((at) => (
            <g key={at}>
              <line x1={LEFT} x2={width} y1={y(at)} y2={y(at)} stroke={INK.line} />
              <text x={LEFT - 8} y={y(at) + 4} textAnchor="end" fill={INK.quiet}>{tickLabel(at)}</text>
            </g>
          ))}
          {shown.map((run, index) => {
            const x = LEFT + index * slot;
            const goal = target(run);
            const missed = goal !== undefined && seconds(run) > goal;
            return (
              <g key={run.executionId}>
                <title>{`${run.executionId}: ${duration(seconds(run))}`}</title>
                <rect x={x + slot * 0.2} width={slot * 0.6} y={y(seconds(run))} height={BASE - y(seconds(run))} rx={3} fill={missed ? TONE.error : TONE.success} />
                {goal !== undefined && <line x1={x} x2={x + slot} y1={y(goal)} y2={y(goal)} stroke={TONE.error} strokeWidth={2} strokeDasharray="6 4" />}
                {slot >= 44 && <text x={x + slot / 2} y={HEIGHT - 6} textAnchor="middle" fill={INK.quiet}>{tickLabel(seconds(run))}</text>}
              </g>
            );
          })}
        </svg>
      )}
    </div>
  );
}
