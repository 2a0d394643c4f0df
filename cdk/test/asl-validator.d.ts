/** The package brings no types that a strict project can read. */
declare module 'asl-validator' {
  interface Result {
    readonly isValid: boolean;
    errorsText(separator?: string): string;
  }
  export default function validate(definition: unknown, options?: { checkPaths?: boolean; checkArn?: boolean }): Result;
}
