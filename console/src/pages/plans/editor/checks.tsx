import AttributeEditor from '@cloudscape-design/components/attribute-editor';
import Box from '@cloudscape-design/components/box';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import type { HealthCheck } from '../../../api/types.js';
import { planEditor as text } from '../../../strings/editors.js';

const KINDS = [
  { value: 'ssmAgentOnline', label: text.kindAgent },
  { value: 'ssmCommand', label: text.kindCommand },
];

interface Props {
  readonly checks: readonly HealthCheck[];
  readonly problem: string | undefined;
  readonly onChecks: (checks: HealthCheck[]) => void;
}

/** The health checks of a wave. Fields that have no place here go along unchanged. */
export function Checks({ checks, problem, onChecks }: Props) {
  const set = (index: number, change: Partial<HealthCheck>) =>
    onChecks(checks.map((check, at) => (at === index ? { ...check, ...change } : check)));
  return (
    <FormField label={text.checks} description={text.checksHint} errorText={problem} stretch>
      <AttributeEditor
        items={checks}
        addButtonText={text.addCheck}
        removeButtonText={text.removeCheck}
        removeButtonAriaLabel={({ name }) => `${text.removeCheck} ${name}`}
        empty={<Box color="text-body-secondary">{text.noChecks}</Box>}
        onAddButtonClick={() => onChecks([...checks, { name: '', kind: 'ssmAgentOnline' }])}
        onRemoveButtonClick={({ detail }) => onChecks(checks.filter((_, at) => at !== detail.itemIndex))}
        definition={[
          { label: text.checkName, control: ({ name }, index) => <Input value={name} onChange={({ detail }) => set(index, { name: detail.value })} /> },
          {
            label: text.checkKind,
            control: ({ kind }, index) => (
              <Select
                selectedOption={KINDS.find(({ value }) => value === kind) ?? { value: kind, label: kind }}
                options={KINDS}
                onChange={({ detail }) =>
                  set(index, detail.selectedOption.value === 'ssmCommand' ? { kind: 'ssmCommand' } : { kind: 'ssmAgentOnline', document: undefined, parameters: undefined })
                }
              />
            ),
          },
          {
            label: text.checkDocument,
            control: ({ kind, document }, index) => (
              <Input value={document ?? ''} disabled={kind !== 'ssmCommand'} onChange={({ detail }) => set(index, { document: detail.value })} />
            ),
          },
          {
            label: text.checkTimeout,
            control: ({ timeoutMinutes }, index) => (
              <Input
                type="number"
                value={timeoutMinutes === undefined ? '' : String(timeoutMinutes)}
                onChange={({ detail }) => set(index, { timeoutMinutes: detail.value === '' ? undefined : Number(detail.value) })}
              />
            ),
          },
        ]}
      />
    </FormField>
  );
}
