import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import { useState } from 'react';
import { useApi } from '../../shell/context.js';
import { useNotify } from '../../shell/notifications.js';
import { reports as text } from '../../strings/reports.js';
import { saveAs } from '../../view/save-as.js';

const FORMATS = [
  { id: 'html', text: text.formats.html },
  { id: 'csv', text: text.formats.csv },
  { id: 'json', text: text.formats.json },
] as const;

/** Saves the report of an execution as a file, as the API makes it now. `inTable` where many of them stand below each other. */
export function ReportButton({ executionId, inTable = false }: { executionId: string; inTable?: boolean }) {
  const api = useApi();
  const notify = useNotify();
  const [busy, setBusy] = useState(false);
  const load = async (format: 'html' | 'csv' | 'json') => {
    setBusy(true);
    try {
      const answer = api.GET('/v1/executions/{executionId}/report', { params: { path: { executionId }, query: { format } }, parseAs: 'blob' });
      saveAs((await answer).data as unknown as Blob, `${executionId}.${format}`);
    } catch (error) {
      notify('error', text.failed, error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <ButtonDropdown
      loading={busy}
      variant={inTable ? 'inline-icon' : 'normal'}
      expandToViewport={inTable}
      ariaLabel={inTable ? text.of(executionId) : text.button}
      items={[...FORMATS]}
      onItemClick={({ detail }) => void load((FORMATS.find(({ id }) => id === detail.id) ?? FORMATS[0]).id)}
    >
      {inTable ? undefined : text.button}
    </ButtonDropdown>
  );
}
