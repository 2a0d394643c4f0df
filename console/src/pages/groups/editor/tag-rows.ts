/** One key and its values, as they are typed. */
export interface TagRow {
  readonly key: string;
  readonly values: string;
}

export function rowsOf(tags: Readonly<Record<string, readonly string[]>>): TagRow[] {
  return Object.entries(tags).map(([key, values]) => ({ key, values: values.join(', ') }));
}

/** The document's tags. A key that stands twice has the values of both; an unfinished row stays, for the API to refuse. */
export function tagsOf(rows: readonly TagRow[]): Record<string, string[]> {
  const tags: Record<string, string[]> = {};
  for (const { key, values } of rows) {
    const wanted = values.split(',').map((value) => value.trim()).filter((value) => value !== '');
    tags[key.trim()] = [...new Set([...(tags[key.trim()] ?? []), ...wanted])];
  }
  return tags;
}
