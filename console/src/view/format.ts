/** How numbers and times are written. Plain functions: everything here is tested. */

/** `0:07:42`, as reports and drsctl write durations. */
export function duration(seconds: number | null | undefined): string {
  if (seconds == null || !Number.isFinite(seconds)) {
    return '–';
  }
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

const DATE_TIME = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const TIME = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

/** Date and time of unix seconds, in the browser's time zone. */
export function dateTime(unixSeconds: number | null | undefined): string {
  return unixSeconds == null ? '–' : DATE_TIME.format(unixSeconds * 1000);
}

/** Only the time of day. */
export function timeOfDay(unixSeconds: number | null | undefined): string {
  return unixSeconds == null ? '–' : TIME.format(unixSeconds * 1000);
}

/** `3 min`, `5 h`, `12 days`: an age at a glance. */
export function age(seconds: number | null | undefined): string {
  if (seconds == null || !Number.isFinite(seconds)) {
    return '–';
  }
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) {
    return `${whole} s`;
  }
  if (whole < 3600) {
    return `${Math.floor(whole / 60)} min`;
  }
  if (whole < 48 * 3600) {
    return `${Math.floor(whole / 3600)} h`;
  }
  return `${Math.floor(whole / 86_400)} days`;
}

/** `AWAITING_APPROVAL` → `Awaiting approval`. The API's word, made readable; nothing is translated. */
export function words(code: string): string {
  const text = code.replaceAll('_', ' ').toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `1 server`, `3 servers`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** How large a file is: `812 B`, `12.3 KB`, `3.6 MB`, in thousands as file managers count. */
export function fileSize(value: number): string {
  const [unit, by] = value < 1000 ? ['B', 1] : value < 1e6 ? ['KB', 1e3] : ['MB', 1e6];
  return `${by === 1 ? value : (value / by).toFixed(1)} ${unit}`;
}

export function bytes(value: number): string {
  const gib = value / 2 ** 30;
  return gib >= 1024 ? `${(gib / 1024).toFixed(1)} TiB` : `${Math.round(gib * 10) / 10} GiB`;
}
