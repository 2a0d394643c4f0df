/**
 * One name in five places: the folder `functions/check-jobs`, its package, the state `CheckJobs`, the placeholder
 * `${CheckJobsFunction}` and the construct id `CheckJobs`. All are derived from the folder's name here.
 */
export function pascalCase(name: string): string {
  return name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

export function functionPlaceholder(name: string): string {
  return `${pascalCase(name)}Function`;
}
