import SegmentedControl from '@cloudscape-design/components/segmented-control';
import type { Mode } from '../api/types.js';
import { plan as strings } from '../strings/plans.js';

const OPTIONS = [
  { id: 'DRILL', text: strings.mode.DRILL },
  { id: 'RECOVERY', text: strings.mode.RECOVERY },
] as const;

/** Drill or recovery. */
export function ModeSwitch({ mode, onMode }: { mode: Mode; onMode: (mode: Mode) => void }) {
  return (
    <SegmentedControl
      label={strings.mode.label}
      selectedId={mode}
      options={OPTIONS}
      onChange={({ detail }) => onMode(detail.selectedId === 'RECOVERY' ? 'RECOVERY' : 'DRILL')}
    />
  );
}
