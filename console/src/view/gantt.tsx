import type { StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { execution as strings } from '../strings/executions.js';
import { memo } from 'react';
import { axisLength, fitted, tickLabel, ticks } from './gantt-scale.js';
import { INK, TONE } from './tone.js';
import { useWidth } from './use-width.js';

/** One line; all times are seconds from the start of the run. */
export interface GanttRow {
  readonly name: string;
  readonly expected?: { start: number; end: number; late: number; critical: boolean };
  /** Without an end: it goes on, and is as long as `now` says. */
  readonly actual?: { start: number; launched?: number; end?: number; look: StatusIndicatorProps.Type };
}

interface Props {
  readonly rows: readonly GanttRow[];
  readonly target?: number;
  readonly now?: number;
}

const ROW = 30;
const AXIS = 26;

/** What happened over what was expected. A picture: the tables beside it have the same as text. */
export function Gantt({ rows, target: promised, now }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const labels = width < 600 ? 96 : Math.min(220, width * 0.18);
  const ends = rows.flatMap(({ expected, actual }) => [expected?.late ?? 0, actual?.end ?? 0]);
  const long = Math.max(60, now ?? 0, ...ends);
  // One that is far off would press everything else into a corner; its number stands elsewhere.
  const target = promised !== undefined && promised < 3 * long ? promised : undefined;
  const length = axisLength(Math.max(long, target ?? 0));
  const scale = (width - labels - 8) / length;
  const x = (seconds: number) => labels + seconds * scale;
  const height = AXIS + rows.length * ROW + 6;
  return (
    <div>
      <div ref={ref}>
        {width > 0 && (
          <svg className="gantt" height={height} width={width} role="img" aria-label={strings.gantt.label}>
            {ticks(length, Math.max(2, Math.floor((width - labels) / 90))).map((at) => (
              <g key={at}>
                <line x1={x(at)} x2={x(at)} y1={AXIS - 6} y2={height} stroke={INK.line} />
                {x(at) < width - 36 && <text x={x(at) + 3} y={14} fill={INK.quiet}>{tickLabel(at)}</text>}
              </g>
            ))}
            {rows.map((row, index) => (
              <Row
                key={row.name}
                row={row}
                end={row.actual && (row.actual.end ?? now ?? row.actual.start)}
                scale={scale}
                y={AXIS + index * ROW}
                labels={labels}
              />
            ))}
            {target !== undefined && <Marker at={x(target)} height={height} colour={TONE.error} dashed />}
            {now !== undefined && <Marker at={x(now)} height={height} colour={TONE.info} />}
          </svg>
        )}
      </div>
      <Legend rows={rows} target={target !== undefined} />
    </div>
  );
}

interface RowProps {
  readonly row: GanttRow;
  /** Where the bar of what happened ends now. */
  readonly end: number | undefined;
  /** Pixels of a second. */
  readonly scale: number;
  readonly y: number;
  readonly labels: number;
}

/** Of a hundred only those that go on are drawn again when time passes. */
const Row = memo(function Row({ row: { name, expected, actual }, end, scale, y, labels }: RowProps) {
  const x = (seconds: number) => labels + seconds * scale;
  const span = (from: number, to: number) => ({ x: x(from), width: Math.max(2, x(to) - x(from)) });
  return (
    <g>
      <text x={0} y={y + 19} fill={INK.text} fontWeight={expected?.critical ? 700 : 400}>
        <title>{name}</title>
        {fitted(name, labels - 8)}
      </text>
      {expected && (
        <>
          <rect {...span(expected.end, Math.max(expected.end, expected.late))} y={y + 11} height={8} rx={2} fill={INK.line} />
          <rect
            {...span(expected.start, expected.end)}
            y={y + 3}
            height={24}
            rx={4}
            fill="none"
            stroke={INK.quiet}
            strokeWidth={expected.critical ? 2 : 1}
            strokeDasharray={expected.critical ? undefined : '4 3'}
          />
        </>
      )}
      {actual && end !== undefined && (
        <>
          <rect {...span(actual.start, end)} y={y + 7} height={16} rx={3} fill={TONE[actual.look]} />
          {actual.launched !== undefined && (
            <line x1={x(actual.launched)} x2={x(actual.launched)} y1={y + 7} y2={y + 23} stroke={INK.background} strokeWidth={2} />
          )}
        </>
      )}
    </g>
  );
});

function Marker({ at, height, colour, dashed = false }: { at: number; height: number; colour: string; dashed?: boolean }) {
  return <line x1={at} x2={at} y1={AXIS - 6} y2={height} stroke={colour} strokeWidth={2} strokeDasharray={dashed ? '6 4' : undefined} />;
}

function Legend({ rows, target }: { rows: readonly GanttRow[]; target: boolean }) {
  const { gantt } = strings;
  const key = (fill: string, stroke: string, text: string) => (
    <span>
      <svg width={22} height={12} aria-hidden="true">
        <rect x={1} y={1} width={20} height={10} rx={3} fill={fill} stroke={stroke} />
      </svg>
      {text}
    </span>
  );
  return (
    <div className="legend" style={{ color: INK.quiet }}>
      {rows.some(({ actual }) => actual) && key(TONE.success, TONE.success, gantt.actual)}
      {rows.some(({ expected }) => expected) && (
        <>
          {key('none', INK.quiet, gantt.forecast)}
          {key(INK.line, INK.line, gantt.late)}
        </>
      )}
      {target && key('none', TONE.error, gantt.target)}
    </div>
  );
}
