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

/** Where an item of a list is now that was at `index`; undefined where it is gone. */
export type Moved = (index: number) => number | undefined;

export const removed = (gone: number): Moved => (index) => (index === gone ? undefined : index > gone ? index - 1 : index);

export const exchanged = (left: number, right: number): Moved => (index) => (index === left ? right : index === right ? left : index);

/** What was refused, after the items of `list` changed their places: what is wrong with one goes with it. */
export function problemsMoved(problems: readonly FieldProblem[], list: string, moved: Moved): FieldProblem[] {
  return problems.flatMap((problem) => {
    const at = place(problem.at);
    const [, index, rest = ''] = (at.startsWith(list) && /^\[(\d+)\](.*)$/.exec(at.slice(list.length))) || [];
    if (index === undefined) {
      return [problem];
    }
    const now = moved(Number(index));
    return now === undefined ? [] : [{ ...problem, at: `${list}[${now}]${rest}` }];
  });
}
