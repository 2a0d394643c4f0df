import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { usePreflight } from '../../api/queries.js';
import type { Mode, Plan } from '../../api/types.js';
import { Failure } from '../../shell/query-state.js';
import { plan as strings } from '../../strings/plans.js';
import { FindingsTable } from '../../view/findings-table.js';
import { dateTime } from '../../view/format.js';
import { ModeSwitch } from '../../view/mode-switch.js';

const text = strings.preflight;

/** What a run would meet now. Asked for by hand: it reads every server from DRS. */
export function PreflightTab({ plan }: { plan: Plan }) {
  const [mode, setMode] = useState<Mode>('DRILL');
  const { data, error, isFetching, refetch } = usePreflight(plan.name, mode, false);
  return (
    <SpaceBetween size="l">
      <SpaceBetween direction="horizontal" size="s" alignItems="center">
        <ModeSwitch mode={mode} onMode={setMode} />
        <Button loading={isFetching} onClick={() => void refetch()}>{text.run}</Button>
      </SpaceBetween>
      {!data && !error && <Box color="text-body-secondary">{text.hint}</Box>}
      {error && <Failure error={error} retry={() => void refetch()} />}
      {data && (
        <SpaceBetween size="l">
          <Alert type={data.ready ? 'success' : 'error'} header={data.ready ? text.ready : text.notReady}>
            {text.checkedAt(dateTime(data.checkedAt))}
          </Alert>
          <FindingsTable findings={data.findings} />
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}
