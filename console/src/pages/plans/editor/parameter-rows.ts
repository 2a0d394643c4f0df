/** A parameter as it is typed. */
export interface ParameterRow {
  readonly name: string;
  readonly values: readonly string[];
}

export type ParameterMap = Record<string, string[]>;

export const rowsOfParameters = (parameters: ParameterMap): ParameterRow[] =>
  Object.entries(parameters).map(([name, values]) => ({ name, values }));

/** What the rows say. Those of one name are one parameter with the values of all; a row in which nothing is typed is none. */
export function parametersOf(rows: readonly ParameterRow[]): ParameterMap {
  const result: ParameterMap = {};
  for (const { name, values } of rows) {
    if (name !== '' || values.some((value) => value !== '')) {
      result[name] = [...(result[name] ?? []), ...values];
    }
  }
  return result;
}

/** Whether one line cannot hold each of the values. */
export const needsOwnFields = (values: readonly string[]): boolean => values.some((value) => value.includes('\n'));

export const linesOf = (values: readonly string[]): string => values.join('\n');
export const valuesOf = (lines: string): string[] => (lines === '' ? [] : lines.split('\n'));

/** The name of a row that an earlier one has as well. */
export const isTwice = (rows: readonly ParameterRow[], index: number): boolean =>
  rows.findIndex(({ name }) => name === rows[index]?.name) < index && rows[index]?.name !== '';
