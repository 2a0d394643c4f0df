import Box from '@cloudscape-design/components/box';
import Button, { type ButtonProps } from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type ReactNode, useRef, useState } from 'react';
import { steps as text } from '../../../strings/steps.js';
import { FieldGroup } from '../../../view/field-group.js';
import { type FieldProblem, exchanged, problemAt, problemBesides, removed } from '../../../view/field-problems.js';
import { useProblemMoves } from '../../../view/problem-moves.js';
import { swapped, useKeys } from '../../../view/use-keys.js';

/** What a step shows of itself. */
export interface StepProps<T> {
  readonly step: T;
  /** It was just added: somebody wants to name it. */
  readonly isNew: boolean;
  readonly at: (field: string) => string | undefined;
  readonly set: (change: Partial<T>) => void;
}

interface Props<T> {
  readonly title: string;
  readonly hint: string;
  readonly addText: string;
  readonly nameOf: (name: string) => string;
  readonly steps: readonly T[];
  readonly fresh: () => T;
  /** Their place in the plan, and the fields that show a problem themselves. */
  readonly path: string;
  readonly fields: readonly string[];
  readonly problems: readonly FieldProblem[];
  readonly onSteps: (steps: T[]) => void;
  readonly children: (props: StepProps<T>) => ReactNode;
}

/** Things that run one after another: health checks, actions. */
export function StepList<T extends { readonly name: string }>(props: Props<T>) {
  const { title, hint, addText, steps, fresh, path, problems, onSteps } = props;
  const { keys, add, remove, swap } = useKeys(steps.length);
  const [added, setAdded] = useState<number>();
  const onMoved = useProblemMoves();
  const addButton = useRef<ButtonProps.Ref>(null);
  const own = problemBesides(problems, path, steps.map((_, index) => `[${index}]`));
  const move = (index: number, by: -1 | 1) => {
    swap(index, index + by);
    onMoved(path, exchanged(index, index + by));
    onSteps(swapped(steps, index, index + by));
  };
  return (
    <FieldGroup title={title} hint={hint} problem={own}>
      <SpaceBetween size="s">
        {steps.map((step, index) => (
          <Step
            key={keys[index]}
            {...props}
            step={step}
            index={index}
            isNew={keys[index] === added}
            onMove={(by) => move(index, by)}
            onRemove={() => {
              remove(index);
              onMoved(path, removed(index));
              onSteps(steps.filter((_, at) => at !== index));
              addButton.current?.focus();
            }}
          />
        ))}
        <Button
          ref={addButton}
          onClick={() => {
            setAdded(add());
            onSteps([...steps, fresh()]);
          }}
        >
          {addText}
        </Button>
      </SpaceBetween>
    </FieldGroup>
  );
}

interface OneProps<T> extends Props<T> {
  readonly step: T;
  readonly index: number;
  readonly isNew: boolean;
  readonly onMove: (by: -1 | 1) => void;
  readonly onRemove: () => void;
}

function Step<T extends { readonly name: string }>({ step, index, isNew, steps, path, fields, problems, nameOf, onSteps, onMove, onRemove, children }: OneProps<T>) {
  const place = `${path}[${index}]`;
  const besides = problemBesides(problems, place, fields);
  const name = nameOf(step.name);
  const set = (change: Partial<T>) => onSteps(steps.map((other, at) => (at === index ? { ...other, ...change } : other)));
  return (
    <div role="group" aria-label={name} className="step">
      <SpaceBetween size="s">
        {besides && <Box color="text-status-error">{besides}</Box>}
        {children({ step, isNew, set, at: (field) => problemAt(problems, `${place}.${field}`) })}
        <SpaceBetween direction="horizontal" size="xs">
          <Button iconName="angle-up" variant="icon" disabled={index === 0} ariaLabel={`${text.up}: ${name}`} onClick={() => onMove(-1)} />
          <Button iconName="angle-down" variant="icon" disabled={index === steps.length - 1} ariaLabel={`${text.down}: ${name}`} onClick={() => onMove(1)} />
          <Button variant="inline-link" ariaLabel={`${text.remove}: ${name}`} onClick={onRemove}>{text.remove}</Button>
        </SpaceBetween>
      </SpaceBetween>
    </div>
  );
}
