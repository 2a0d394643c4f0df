/** One place in which two documents differ, as text. */
export interface Difference {
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

const BOOKKEEPING = new Set(['version', 'updatedAt', 'updatedBy']);

/** Where `after` differs from `before`. Parts of lists are known by their names where they have one, so that a new wave is one change. */
export function differences(before: object, after: object): Difference[] {
  const [old, now] = [flat(before), flat(after)];
  const fields = [...new Set([...old.keys(), ...now.keys()])].filter((field) => !BOOKKEEPING.has(field));
  return fields
    .filter((field) => old.get(field) !== now.get(field))
    .map((field) => ({ field, before: old.get(field) ?? '', after: now.get(field) ?? '' }));
}

function flat(value: unknown, path = '', found = new Map<string, string>()): Map<string, string> {
  const below = (part: string) => (path ? `${path}.${part}` : part);
  if (Array.isArray(value) && value.some((item) => typeof item === 'object' && item !== null)) {
    value.forEach((item: unknown, index) => flat(item, `${path}[${nameOf(item) ?? index}]`, found));
  } else if (Array.isArray(value)) {
    found.set(path, value.join(', '));
  } else if (typeof value === 'object' && value !== null) {
    Object.entries(value).forEach(([key, item]) => flat(item, below(key), found));
  } else if (value !== undefined && value !== null) {
    found.set(path, String(value));
  }
  return found;
}

function nameOf(item: unknown): string | undefined {
  const { name, id } = (item ?? {}) as { name?: unknown; id?: unknown };
  return typeof name === 'string' ? name : typeof id === 'string' ? id : undefined;
}
