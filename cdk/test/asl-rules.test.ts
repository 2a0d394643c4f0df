import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import validate from 'asl-validator';
import { describe, expect, test } from 'vitest';
import { FUNCTION_NAMES, OUTSIDE_STATE_MACHINES } from '../lib/functions.js';
import { functionPlaceholder, pascalCase } from '../lib/names.js';
import { REPOSITORY } from '../lib/settings.js';
import { allStates, readDefinition, type Definition } from '../lib/state-machine-definition.js';
import { waitTimes } from '../lib/wait-times.js';
import { RULES } from './asl-rules.js';
import { STATE_MACHINES } from './synthesize.js';

const files = readdirSync(STATE_MACHINES).filter((file) => file.endsWith('.asl.yaml'));
const definitions = files.map((file) => ({ file, definition: readDefinition(join(STATE_MACHINES, file), { ...waitTimes({ local: false, scale: 1 }) }) }));

const ERROR_SOURCE = join(REPOSITORY, 'crates', 'task', 'src', 'error.rs');

/** The variants of `TaskError`: a variant's name is the `errorType` that the function answers with. */
function taskErrors(source: string): Set<string> {
  const body = /pub enum TaskError \{([\s\S]*?)\n\}/.exec(source)?.[1];
  if (body === undefined) {
    throw new Error(`${ERROR_SOURCE} has no "pub enum TaskError".`);
  }
  return new Set([...body.matchAll(/^ {4}([A-Z]\w*)\s*[({,]/gm)].map((match) => match[1] as string));
}

const errorNames = taskErrors(readFileSync(ERROR_SOURCE, 'utf8'));

describe.each(definitions)('$file', ({ definition }) => {
  test.each(RULES.map(({ name, check }) => [name, check] as const))('%s', (_, check) => {
    expect(check(definition, errorNames)).toEqual([]);
  });

  test('is valid Amazon States Language', () => {
    const filled = JSON.parse(JSON.stringify(definition).replace(/\$\{(\w+)\}/g, 'arn:aws:states:eu-west-1:111122223333:$1'));
    const result = validate(filled, { checkPaths: true, checkArn: true });
    expect(result.errorsText()).toBe('');
    expect(result.isValid).toBe(true);
  });
});

describe('one name in five places', () => {
  const invocations = definitions.flatMap(({ file, definition }) =>
    allStates(definition)
      .filter(({ state }) => String(state['Resource']).startsWith('arn:aws:states:::lambda:invoke'))
      .map(({ name, state }) => ({ file, name, functionName: (state['Arguments'] as Record<string, unknown>)['FunctionName'] })),
  );
  const tasks = FUNCTION_NAMES.filter((name) => !OUTSIDE_STATE_MACHINES.includes(name));

  test.each(FUNCTION_NAMES)('the package in functions/%s has its name', (name) => {
    const manifest = readFileSync(join(REPOSITORY, 'functions', name, 'Cargo.toml'), 'utf8');
    expect(/^name = "(.*)"$/m.exec(manifest)?.[1]).toBe(name);
  });

  test.each(tasks)('%s is a state that invokes the function of its name', (name) => {
    expect(invocations.map((invocation) => invocation.name)).toContain(pascalCase(name));
  });

  test('every state that invokes a function has the name of that function', () => {
    const expected = new Map<string, string>(tasks.map((name) => [pascalCase(name), `\${${functionPlaceholder(name)}}`]));
    const wrong = invocations.filter(({ name, functionName }) => expected.get(name) !== functionName);
    expect(wrong).toEqual([]);
  });
});

describe('the rules', () => {
  test('read the error names off the enum', () => {
    const source = `
/// Why a task failed.
#[derive(Debug)]
pub enum TaskError {
    /// Retry Later.
    #[error("later: {0}")]
    Throttled(String),
    Held { job: String },
    Bug,
}

pub enum Other {
    Unrelated,
}
`;
    expect([...taskErrors(source)]).toEqual(['Throttled', 'Held', 'Bug']);
  });

  const task = {
    Comment: 'A task.',
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    TimeoutSeconds: 60,
    Retry: [{ ErrorEquals: ['Throttled'], IntervalSeconds: 1, MaxAttempts: 3, BackoffRate: 2, MaxDelaySeconds: 60, JitterStrategy: 'FULL' }],
    Catch: [{ ErrorEquals: ['States.ALL'], Next: 'End' }],
    Next: 'End',
  };
  const machine = (change: Record<string, unknown>): Definition => ({
    Comment: 'A machine.',
    QueryLanguage: 'JSONata',
    StartAt: 'Work',
    States: { Work: { ...task, ...change }, End: { Comment: 'The end.', Type: 'Succeed' } },
  });
  const violations = (definition: Definition) => RULES.flatMap(({ check }) => check(definition, new Set(['Throttled'])));
  const retry = (change: Record<string, unknown>) => ({ Retry: [{ ...task.Retry[0], ...change }] });

  test('are content with a good machine', () => {
    expect(violations(machine({}))).toEqual([]);
  });

  test.each([
    ['a machine in JSONPath', { ...machine({}), QueryLanguage: 'JSONPath' }, ['QueryLanguage is not JSONata']],
    ['a state without comment', machine({ Comment: '' }), ['Work has no Comment']],
    ['a task without time-out', machine({ TimeoutSeconds: undefined }), ['Work has no TimeoutSeconds']],
    ['a task that nobody catches', machine({ Catch: undefined }), ['Work has no Catch']],
    ['a retry without jitter', machine(retry({ JitterStrategy: 'NONE' })), ['Work: a Retry is not jittered']],
    ['a retry without bound', machine(retry({ MaxDelaySeconds: undefined })), ['Work: a Retry has no MaxDelaySeconds']],
    ['a retry of everything', machine(retry({ ErrorEquals: ['States.ALL'] })), ['Work: a Retry names no errors']],
    ['an error that nobody raises', machine(retry({ ErrorEquals: ['Throtled'] })), ['Work: Throtled is raised by nobody']],
    ['a transition to nowhere', machine({ Next: 'Ende' }), ['Ende does not exist']],
    ['a state that is never reached', machine({ Next: 'Work', Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Work' }] }), ['End is never reached']],
    [
      'the same inside a Map',
      machine({ Type: 'Map', ItemProcessor: { StartAt: 'One', States: { One: { Type: 'Pass', End: true }, Two: { Type: 'Pass', End: true } } } }),
      ['One has no Comment', 'Two has no Comment', 'Two is never reached'],
    ],
  ])('notice %s', (_, definition, expected) => {
    expect(violations(definition)).toEqual(expected);
  });
});
