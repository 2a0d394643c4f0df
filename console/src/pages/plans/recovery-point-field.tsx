import ColumnLayout from '@cloudscape-design/components/column-layout';
import DateInput from '@cloudscape-design/components/date-input';
import FormField from '@cloudscape-design/components/form-field';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import TimeInput from '@cloudscape-design/components/time-input';
import Checkbox from '@cloudscape-design/components/checkbox';
import type { Plan } from '../../api/types.js';
import { recoveryPoint as text } from '../../strings/recovery-point.js';
import { type PointDraft, type PointKind, momentOf } from './recovery-point.js';
import { ServerPoints } from './server-points.js';

const KINDS: { value: PointKind; label: string; description: string }[] = [
  { value: 'LATEST', label: text.latest, description: text.latestHint },
  { value: 'NOT_AFTER', label: text.notAfter, description: text.notAfterHint },
  { value: 'SNAPSHOTS', label: text.snapshots, description: text.snapshotsHint },
];

export interface PointProps {
  readonly plan: Plan;
  readonly draft: PointDraft;
  readonly onDraft: (draft: PointDraft) => void;
}

/** From which recovery points a run is started. */
export function RecoveryPointField({ plan, draft, onDraft }: PointProps) {
  const { kind, othersNotAfter } = draft;
  return (
    <SpaceBetween size="s">
      <FormField label={text.title} stretch>
        <RadioGroup value={kind} items={KINDS} onChange={({ detail }) => onDraft({ ...draft, kind: detail.value as PointKind })} />
      </FormField>
      {kind === 'SNAPSHOTS' && (
        <>
          <ServerPoints plan={plan} draft={draft} onDraft={onDraft} />
          <Checkbox checked={othersNotAfter} onChange={({ detail }) => onDraft({ ...draft, othersNotAfter: detail.checked })}>{text.others}</Checkbox>
        </>
      )}
      {(kind === 'NOT_AFTER' || (kind === 'SNAPSHOTS' && othersNotAfter)) && <MomentFields draft={draft} onDraft={onDraft} />}
    </SpaceBetween>
  );
}

function MomentFields({ draft, onDraft }: Pick<PointProps, 'draft' | 'onDraft'>) {
  const at = momentOf(draft);
  return (
    <ColumnLayout columns={2}>
      <FormField label={text.date} constraintText={text.zone(Intl.DateTimeFormat().resolvedOptions().timeZone)}>
        <DateInput value={draft.date} placeholder="YYYY/MM/DD" onChange={({ detail }) => onDraft({ ...draft, date: detail.value })} />
      </FormField>
      <FormField label={text.time} constraintText={at === undefined ? text.incomplete : text.utc(new Date(at * 1000).toISOString())}>
        <TimeInput value={draft.time} placeholder="hh:mm:ss" onChange={({ detail }) => onDraft({ ...draft, time: detail.value })} />
      </FormField>
    </ColumnLayout>
  );
}
