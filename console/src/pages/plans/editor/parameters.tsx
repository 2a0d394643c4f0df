import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Grid from '@cloudscape-design/components/grid';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';
import { steps } from '../../../strings/steps.js';
import { FieldGroup } from '../../../view/field-group.js';
import { useKeys } from '../../../view/use-keys.js';
import { type ParameterMap, type ParameterRow, isTwice, linesOf, needsOwnFields, parametersOf, rowsOfParameters, valuesOf } from './parameter-rows.js';

const text = steps.parameters;

interface Props {
  readonly parameters: ParameterMap;
  readonly hint: string;
  readonly problem: string | undefined;
  readonly onParameters: (parameters: ParameterMap) => void;
}

/** The parameters of an SSM document: each a list of strings. */
export function Parameters({ parameters, hint, problem, onParameters }: Props) {
  // As rows, since two may have the same name, or none, while they are typed.
  const [rows, setRows] = useState<readonly ParameterRow[]>(() => rowsOfParameters(parameters));
  const { keys, add, remove } = useKeys(rows.length);
  const [added, setAdded] = useState<number>();
  const change = (next: readonly ParameterRow[]) => {
    setRows(next);
    onParameters(parametersOf(next));
  };
  const set = (index: number, row: ParameterRow) => change(rows.map((other, at) => (at === index ? row : other)));
  return (
    <FieldGroup title={text.label} hint={hint} problem={problem}>
      <SpaceBetween size="xs">
        {rows.map((row, index) => (
          <Grid key={keys[index]} gridDefinition={[{ colspan: { default: 12, s: 4 } }, { colspan: { default: 10, s: 7 } }, { colspan: { default: 2, s: 1 } }]}>
            <FormField errorText={isTwice(rows, index) && text.twice(row.name)} stretch>
              <Input autoFocus={keys[index] === added} ariaLabel={text.name} placeholder={text.name} value={row.name} onChange={({ detail }) => set(index, { ...row, name: detail.value })} />
            </FormField>
            <Values row={row} onValues={(values) => set(index, { ...row, values })} />
            <Button
              iconName="close"
              variant="icon"
              ariaLabel={text.remove(row.name)}
              onClick={() => {
                remove(index);
                change(rows.filter((_, at) => at !== index));
              }}
            />
          </Grid>
        ))}
        <Button
          iconName="add-plus"
          variant="inline-link"
          onClick={() => {
            setAdded(add());
            setRows([...rows, { name: '', values: [] }]);
          }}
        >
          {text.add}
        </Button>
      </SpaceBetween>
    </FieldGroup>
  );
}

const height = (value: string) => Math.min(10, Math.max(1, value.split('\n').length));

function Values({ row: { name, values }, onValues }: { row: ParameterRow; onValues: (values: readonly string[]) => void }) {
  // A script that was stored as one value of many lines stays one value.
  const [apart] = useState(() => needsOwnFields(values));
  if (!apart) {
    const lines = linesOf(values);
    return (
      <Textarea
        ariaLabel={text.valuesOf(name)}
        placeholder={text.values}
        rows={height(lines)}
        spellcheck={false}
        value={lines}
        onChange={({ detail }) => onValues(valuesOf(detail.value))}
      />
    );
  }
  return (
    <SpaceBetween size="xxs">
      {values.map((value, index) => (
        <Textarea
          // Values neither come nor go here.
          key={index}
          ariaLabel={text.value(name, index + 1)}
          rows={height(value)}
          spellcheck={false}
          value={value}
          onChange={({ detail }) => onValues(values.map((other, at) => (at === index ? detail.value : other)))}
        />
      ))}
    </SpaceBetween>
  );
}
