import { type ReactNode, createContext, useContext } from 'react';
import type { Execution, PlanForecast } from '../../api/types.js';
import { useClock } from '../../shell/context.js';
import { useTick } from '../../shell/use-tick.js';
import { type Expectation, expectations } from './progress.js';

/** What passes while nothing happens. */
interface RunTime {
  /** Unix seconds. */
  readonly now: number;
  readonly expected: Map<string, Expectation> | undefined;
}

const Time = createContext<RunTime>({ now: 0, expected: undefined });

/** For what shows the time: it alone is rendered again when time passes. */
export const useRunTime = (): RunTime => useContext(Time);

interface Props {
  readonly execution: Execution;
  readonly forecast: PlanForecast | undefined;
  readonly children: ReactNode;
}

/** The clock of a run, as long as it goes on. */
export function RunClock({ execution, forecast, children }: Props) {
  const clock = useClock();
  const running = execution.endedAt == null;
  useTick(running, clock.speed > 1 ? 250 : 1000);
  const now = Math.max(clock.now(), execution.startedAt);
  const expected = running && forecast ? expectations(execution, forecast, now) : undefined;
  return <Time value={{ now, expected }}>{children}</Time>;
}
