import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';

interface Common {
  readonly label: string;
  readonly hint?: string;
  readonly problem?: string | undefined;
}

interface TextProps extends Common {
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly disabled?: boolean;
  readonly autoFocus?: boolean;
}

/** A line of text. */
export function TextField({ label, hint, problem, value, onValue, disabled, autoFocus }: TextProps) {
  return (
    <FormField label={label} description={hint} errorText={problem} stretch>
      <Input value={value} disabled={disabled} autoFocus={autoFocus} onChange={({ detail }) => onValue(detail.value)} />
    </FormField>
  );
}

/** A number that may be left out. */
export function NumberField(props: Common & { value: number | null | undefined; placeholder?: string; onValue: (value: number | undefined) => void }) {
  const { label, hint, problem, value, placeholder, onValue } = props;
  return (
    <FormField label={label} description={hint} errorText={problem} stretch>
      <Input
        type="number"
        inputMode="numeric"
        placeholder={placeholder}
        value={value == null || Number.isNaN(value) ? '' : String(value)}
        onChange={({ detail }) => onValue(detail.value.trim() === '' ? undefined : Number(detail.value))}
      />
    </FormField>
  );
}

interface ChoiceProps<T extends string> extends Common {
  readonly value: T;
  readonly options: readonly { value: T; label: string }[];
  readonly onValue: (value: T) => void;
}

/** One of a few. */
export function ChoiceField<T extends string>({ label, hint, problem, value, options, onValue }: ChoiceProps<T>) {
  return (
    <FormField label={label} description={hint} errorText={problem} stretch>
      <Select
        selectedOption={options.find((option) => option.value === value) ?? { value, label: value }}
        options={options}
        onChange={({ detail }) => onValue(detail.selectedOption.value as T)}
      />
    </FormField>
  );
}
