/** What time it is for the orchestrator: the browser's, or that of a local cloud, which runs faster. */
export interface Clock {
  /** Unix seconds, with a fraction. */
  now(): number;
  /** How many seconds pass in one real second. */
  readonly speed: number;
}

/** `setting` is `<unix epoch>,<scale>`; one second lasts `scale` real ones. */
export function makeClock(setting: string | undefined, wall: () => number = () => Date.now() / 1000): Clock {
  const [epoch, scale] = (setting ?? '').split(',').map(Number);
  if (!(epoch !== undefined && scale !== undefined && Number.isFinite(epoch) && scale > 0)) {
    return { now: wall, speed: 1 };
  }
  return { now: () => epoch + (wall() - epoch) / scale, speed: 1 / scale };
}
