import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { Mode } from '../../../api/types.js';
import { steps as text } from '../../../strings/steps.js';

const MODES: readonly { mode: Mode; label: string }[] = [
  { mode: 'DRILL', label: text.drill },
  { mode: 'RECOVERY', label: text.recovery },
];

interface Props {
  readonly modes: readonly Mode[];
  readonly problem: string | undefined;
  readonly onModes: (modes: Mode[]) => void;
}

/** In which modes something runs. */
export function Modes({ modes, problem, onModes }: Props) {
  // In this order, whatever the order of the clicks was.
  const set = (changed: Mode, on: boolean) => onModes(MODES.map(({ mode }) => mode).filter((mode) => (mode === changed ? on : modes.includes(mode))));
  return (
    <FormField label={text.runIn} errorText={problem}>
      <SpaceBetween direction="horizontal" size="l">
        {MODES.map(({ mode, label }) => (
          <Checkbox key={mode} checked={modes.includes(mode)} onChange={({ detail }) => set(mode, detail.checked)}>{label}</Checkbox>
        ))}
      </SpaceBetween>
    </FormField>
  );
}
