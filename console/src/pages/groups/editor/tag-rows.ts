/** One key and its values, as they are typed. */
export interface TagRow {
  readonly key: string;
  readonly values: string;
  /** As they were stored: a value may be empty or have a comma, which text cannot say. They stay until the text is changed. */
  readonly stored?: { readonly text: string; readonly values: readonly string[] };
}

export function rowsOf(tags: Readonly<Record<string, readonly string[]>>): TagRow[] {
  return Object.entries(tags).map(([key, values]) => {
    const text = values.join(', ');
    return { key, values: text, stored: { text, values } };
  });
}

/** The document's tags. A key that stands twice has the values of both; an unfinished row stays, for the API to refuse. */
export function tagsOf(rows: readonly TagRow[]): Record<string, string[]> {
  const tags: Record<string, string[]> = {};
  for (const { key, values, stored } of rows) {
    const typed = values.split(',').map((value) => value.trim()).filter((value) => value !== '');
    const wanted = stored?.text === values ? stored.values : typed;
    tags[key.trim()] = [...new Set([...(tags[key.trim()] ?? []), ...wanted])];
  }
  return tags;
}
