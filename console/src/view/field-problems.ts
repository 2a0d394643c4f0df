/** One place in a document that the API found wrong, as it names it: `waves[1] (b).groups[0]`. */
export interface FieldProblem {
  readonly at: string;
  readonly message: string;
}

/** The names in parentheses are for people, and may be anything: one ends where the path goes on. */
const place = (at: string) => at.replace(/ \(.*?\)(?=[.[]|$)/g, '');

const below = (at: string, field: string) => at === field || at.startsWith(`${field}.`) || at.startsWith(`${field}[`);

/** What is wrong at `field` or below it, as one text. */
export function problemAt(problems: readonly FieldProblem[], field: string): string | undefined {
  const found = problems.filter(({ at }) => below(place(at), field)).map(({ message }) => message);
  return found.length > 0 ? found.join('. ') : undefined;
}

/** What no field of `fields` shows. */
export function problemsElsewhere(problems: readonly FieldProblem[], fields: readonly string[]): FieldProblem[] {
  return problems.filter(({ at }) => !fields.some((field) => below(place(at), field)));
}

/** What is wrong at `field`, or below it where none of `shown`, its own parts, shows it: nothing that the API says is lost. */
export function problemBesides(problems: readonly FieldProblem[], field: string, shown: readonly string[]): string | undefined {
  const parts = shown.map((part) => (part.startsWith('[') ? `${field}${part}` : `${field}.${part}`));
  return problemAt(problemsElsewhere(problems, parts), field);
}
