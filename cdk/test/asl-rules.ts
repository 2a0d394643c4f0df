import { allStates, type Definition } from '../lib/state-machine-definition.js';

/**
 * What every state machine here keeps to. Each rule answers with the violations it found, so that one run tells all of
 * them. The rules look at definitions only; `asl-rules.test.ts` runs them over the files.
 */
export interface Rule {
  readonly name: string;
  readonly check: (definition: Definition, errorNames: ReadonlySet<string>) => string[];
}

type State = Record<string, any>;

/** Error names that Step Functions and the services it calls bring along. */
const SERVICE_ERRORS = new Set([
  'States.ALL',
  'States.BranchFailed',
  'States.DataLimitExceeded',
  'States.ExceedToleratedFailureThreshold',
  'States.HeartbeatTimeout',
  'States.ItemReaderFailed',
  'States.NoChoiceMatched',
  'States.Permissions',
  'States.QueryEvaluationError',
  'States.ResultWriterFailed',
  'States.Runtime',
  'States.TaskFailed',
  'States.Timeout',
  'Lambda.AWSLambdaException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.SdkClientException',
  'Lambda.ServiceException',
  'Lambda.TooManyRequestsException',
  'Lambda.Unknown',
  'Runtime.ExitError',
  'Sandbox.Timedout',
  'EventBridge.FailedEntry',
  'EventBridge.InternalException',
  'EventBridge.SdkClientException',
  'EventBridge.ThrottlingException',
  'StepFunctions.AWSStepFunctionsException',
  'StepFunctions.ExecutionAlreadyExistsException',
  'StepFunctions.ExecutionLimitExceededException',
  'StepFunctions.SdkClientException',
]);

const states = (definition: Definition) => allStates(definition) as Array<{ name: string; state: State }>;
const tasks = (definition: Definition) => states(definition).filter(({ state }) => state['Type'] === 'Task');

/** Every scope of names: the machine, and each Map's or Parallel's own. */
function scopes(definition: Definition): Definition[] {
  const inner = Object.values((definition['States'] ?? {}) as Record<string, State>).flatMap((state) => [
    ...(state['ItemProcessor'] ? [state['ItemProcessor']] : []),
    ...(state['Branches'] ?? []),
  ]);
  return [definition, ...inner.flatMap(scopes)];
}

function successors(state: State): string[] {
  return [state['Next'], state['Default'], ...(state['Choices'] ?? []).map((choice: State) => choice['Next']), ...(state['Catch'] ?? []).map((catcher: State) => catcher['Next'])].filter(
    (next) => next !== undefined,
  );
}

export const RULES: readonly Rule[] = [
  {
    name: 'is written in JSONata',
    check: (definition) => (definition['QueryLanguage'] === 'JSONata' ? [] : ['QueryLanguage is not JSONata']),
  },
  {
    name: 'says of every state what it is for',
    check: (definition) => [
      ...(definition['Comment'] ? [] : ['the machine has no Comment']),
      ...states(definition).filter(({ state }) => !state['Comment']).map(({ name }) => `${name} has no Comment`),
    ],
  },
  {
    name: 'gives every task a time-out, retries and a way on when it fails',
    check: (definition) =>
      tasks(definition).flatMap(({ name, state }) =>
        ['TimeoutSeconds', 'Retry', 'Catch'].filter((field) => state[field] === undefined).map((field) => `${name} has no ${field}`),
      ),
  },
  {
    name: 'retries with a growing, bounded and jittered delay',
    check: (definition) =>
      states(definition).flatMap(({ name, state }) =>
        ((state['Retry'] ?? []) as State[]).flatMap((retry) => [
          ...['BackoffRate', 'MaxDelaySeconds']
            .filter((field) => retry[field] === undefined)
            .map((field) => `${name}: a Retry has no ${field}`),
          ...(retry['JitterStrategy'] === 'FULL' ? [] : [`${name}: a Retry is not jittered`]),
        ]),
      ),
  },
  {
    name: 'retries errors by name',
    check: (definition) =>
      states(definition).flatMap(({ name, state }) =>
        ((state['Retry'] ?? []) as State[])
          .filter((retry) => !retry['ErrorEquals']?.length || retry['ErrorEquals'].includes('States.ALL'))
          .map(() => `${name}: a Retry names no errors`),
      ),
  },
  {
    name: 'knows no error that nobody raises',
    check: (definition, errorNames) => {
      const raisedHere = new Set(states(definition).map(({ state }) => (state['Type'] === 'Fail' ? state['Error'] : undefined)));
      return states(definition).flatMap(({ name, state }) =>
        [...(state['Retry'] ?? []), ...(state['Catch'] ?? [])]
          .flatMap((handler: State) => handler['ErrorEquals'] as string[])
          .filter((error) => !SERVICE_ERRORS.has(error) && !errorNames.has(error) && !raisedHere.has(error))
          .map((error) => `${name}: ${error} is raised by nobody`),
      );
    },
  },
  {
    name: 'reaches every state',
    check: (definition) =>
      scopes(definition).flatMap((scope) => {
        const known = scope['States'] as Record<string, State>;
        const reached = new Set<string>();
        const open = [scope['StartAt'] as string];
        for (let name = open.pop(); name !== undefined; name = open.pop()) {
          if (!reached.has(name)) {
            reached.add(name);
            open.push(...successors(known[name] ?? {}));
          }
        }
        return [
          ...Object.keys(known).filter((name) => !reached.has(name)).map((name) => `${name} is never reached`),
          ...[...reached].filter((name) => !(name in known)).map((name) => `${name} does not exist`),
        ];
      }),
  },
];
