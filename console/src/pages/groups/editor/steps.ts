import { type FieldProblem, problemAt } from '../../../view/field-problems.js';

/** The fields of a group that each step of the wizard shows, in the order of the steps; the last step shows them all. */
export const STEP_FIELDS: readonly (readonly string[])[] = [
  ['name', 'description', 'account', 'region'],
  ['servers', 'selectionTags'],
  ['launchSettings', 'serverLaunchSettings'],
];

/** Every field that some step shows. */
export const SHOWN: readonly string[] = STEP_FIELDS.flat();

/** The last step. */
export const REVIEW = STEP_FIELDS.length;

/** Where somebody has to look first; the last step when no field is to blame. */
export function stepOf(problems: readonly FieldProblem[]): number {
  const at = STEP_FIELDS.findIndex((fields) => fields.some((field) => problemAt(problems, field) !== undefined));
  return at < 0 ? REVIEW : at;
}
