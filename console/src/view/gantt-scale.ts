/** Steps that people count time in, seconds. */
const STEPS = [60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400];

/** Where lines of the time axis are: at most `most` of them, at round times. */
export function ticks(lengthSeconds: number, most: number): number[] {
  const step = STEPS.find((one) => lengthSeconds / one <= most) ?? 86_400 * Math.ceil(lengthSeconds / 86_400 / most);
  const result = [];
  for (let at = 0; at <= lengthSeconds; at += step) {
    result.push(at);
  }
  return result;
}

/** How long the axis of a picture is that has to show `seconds`: the same for a while, so that a run that goes on does not move everything. */
export function axisLength(seconds: number): number {
  const step = STEPS.find((one) => seconds / one <= 20) ?? 86_400;
  return Math.ceil((seconds * 1.03) / step) * step;
}

/** `0:20`, hours and minutes from the start. */
export function tickLabel(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
}

/** `text` as far as it fits into `width` at 12 px; a letter is some 6.6 px wide. */
export function fitted(text: string, width: number): string {
  const letters = Math.max(1, Math.floor(width / 6.6));
  return text.length <= letters ? text : `${text.slice(0, letters - 1)}…`;
}
