import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** A state machine definition as `statemachine/*.asl.yaml` has it: plain data. */
export type Definition = Record<string, unknown>;

const PLACEHOLDER = /\$\{([A-Za-z]+)\}/g;

/**
 * Reads a definition and fills in its numbers. A placeholder that stands for a number is a whole scalar
 * (`TimeoutSeconds: ${TaskTimeoutSeconds}`) and has to become a number here: CloudFormation's own substitution
 * can only make strings of it. The same goes for a JSONata expression in the place of a number.
 */
export function readDefinition(file: string, numbers: Readonly<Record<string, number | string>>): Definition {
  return replaceNumbers(parse(readFileSync(file, 'utf8')), numbers) as Definition;
}

function replaceNumbers(value: unknown, numbers: Readonly<Record<string, number | string>>): unknown {
  if (typeof value === 'string') {
    const name = /^\$\{([A-Za-z]+)\}$/.exec(value)?.[1];
    return name !== undefined && name in numbers ? numbers[name] : value;
  }
  if (Array.isArray(value)) {
    return value.map((item) => replaceNumbers(item, numbers));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceNumbers(item, numbers)]));
  }
  return value;
}

/** The placeholders that are left for CloudFormation. */
export function placeholders(definition: Definition): Set<string> {
  return new Set([...JSON.stringify(definition).matchAll(PLACEHOLDER)].map((match) => match[1] as string));
}

/** One state, with its name, wherever it is: at the top, in a Map or in a Parallel. */
export interface NamedState {
  readonly name: string;
  readonly state: Record<string, unknown>;
}

export function allStates(definition: Definition): NamedState[] {
  const states = (definition['States'] ?? {}) as Record<string, Record<string, unknown>>;
  return Object.entries(states).flatMap(([name, state]) => {
    const nested = [state['ItemProcessor'], ...((state['Branches'] as unknown[] | undefined) ?? [])];
    return [{ name, state }, ...nested.flatMap((inner) => (inner ? allStates(inner as Definition) : []))];
  });
}
