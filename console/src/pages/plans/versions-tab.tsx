import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import Table from '@cloudscape-design/components/table';
import { useState } from 'react';
import { usePlanVersions } from '../../api/queries.js';
import type { Plan } from '../../api/types.js';
import { QueryState } from '../../shell/query-state.js';
import { common } from '../../strings/common.js';
import { plan as strings } from '../../strings/plans.js';
import { differences } from '../../view/differences.js';
import { dateTime } from '../../view/format.js';

const text = strings.versions;

/** Who changed what, and when. */
export function VersionsTab({ plan }: { plan: Plan }) {
  const query = usePlanVersions(plan.name);
  const [shown, setShown] = useState<{ before: Plan; after: Plan }>();
  return (
    <QueryState query={query}>
      {({ items }) => (
        <>
          <Table
            trackBy="version"
            ariaLabels={{ tableLabel: text.title }}
            items={items}
            columnDefinitions={[
              { id: 'version', header: text.version, isRowHeader: true, cell: ({ version }) => version },
              { id: 'at', header: text.changedAt, cell: ({ updatedAt }) => dateTime(updatedAt) },
              { id: 'by', header: text.by, cell: ({ updatedBy }) => updatedBy },
              {
                id: 'changes',
                header: text.show,
                cell: (after) => {
                  const before = items[items.indexOf(after) + 1];
                  return before ? (
                    <Button variant="inline-link" ariaLabel={`${text.show}: ${after.version}`} onClick={() => setShown({ before, after })}>
                      {text.show}
                    </Button>
                  ) : (
                    text.first
                  );
                },
              },
            ]}
          />
          {shown && <Changes {...shown} onClose={() => setShown(undefined)} />}
        </>
      )}
    </QueryState>
  );
}

function Changes({ before, after, onClose }: { before: Plan; after: Plan; onClose: () => void }) {
  return (
    <Modal visible size="large" header={text.differences(before.version, after.version)} closeAriaLabel={common.close} onDismiss={onClose}>
      <Table
        variant="embedded"
        ariaLabels={{ tableLabel: text.differences(before.version, after.version) }}
        trackBy="field"
        items={differences(before, after)}
        empty={text.none}
        wrapLines
        columnDefinitions={[
          { id: 'field', header: text.field, isRowHeader: true, cell: ({ field }) => field },
          { id: 'before', header: text.before, cell: (change) => change.before || common.none },
          { id: 'after', header: text.after, cell: (change) => change.after || common.none },
        ]}
      />
    </Modal>
  );
}
