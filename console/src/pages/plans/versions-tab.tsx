import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Modal from '@cloudscape-design/components/modal';
import Table from '@cloudscape-design/components/table';
import { useState } from 'react';
import { itemsOf, usePlanVersions } from '../../api/queries.js';
import type { Plan } from '../../api/types.js';
import { Failure } from '../../shell/query-state.js';
import { common } from '../../strings/common.js';
import { plan as strings } from '../../strings/plans.js';
import { differences } from '../../view/differences.js';
import { dateTime } from '../../view/format.js';
import { NextPage } from '../../view/next-page.js';
import { type Pair, pairOf } from './version-pair.js';
import { usePages } from '../../view/pages.js';

const text = strings.versions;

/** Who changed what, and when; and what is different between any two versions. */
export function VersionsTab({ plan }: { plan: Plan }) {
  const query = usePlanVersions(plan.name);
  const [shown, setShown] = useState<Pair>();
  const [selected, setSelected] = useState<readonly Plan[]>([]);
  const items = itemsOf(query.data);
  const pages = usePages(items);
  if (query.error && !query.data) {
    return <Failure error={query.error} retry={() => void query.refetch()} />;
  }
  const compared = pairOf(selected);
  return (
    <>
      <Table
        trackBy="version"
        ariaLabels={{
          tableLabel: text.title,
          selectionGroupLabel: text.title,
          allItemsSelectionLabel: () => text.selectAll,
          itemSelectionLabel: (_, { version }) => text.select(version),
        }}
        {...pages.rows}
        pagination={pages.pagination}
        loading={query.isPending}
        loadingText={common.loading}
        selectionType="multi"
        selectedItems={[...selected]}
        onSelectionChange={({ detail }) => setSelected(detail.selectedItems)}
        header={
          <Header description={text.compareHint} actions={<Button disabled={!compared} onClick={() => setShown(compared)}>{text.compare}</Button>}>
            {text.title}
          </Header>
        }
        columnDefinitions={[
          { id: 'version', header: text.version, isRowHeader: true, cell: ({ version }) => version },
          { id: 'at', header: text.changedAt, cell: ({ updatedAt }) => dateTime(updatedAt) },
          { id: 'by', header: text.by, cell: ({ updatedBy }) => updatedBy },
          { id: 'changes', header: text.show, cell: (after) => <ShowChanges after={after} items={items} onShow={setShown} /> },
        ]}
        footer={<NextPage query={query} pages={pages} />}
      />
      {shown && <Changes {...shown} onClose={() => setShown(undefined)} />}
    </>
  );
}

function ShowChanges({ after, items, onShow }: { after: Plan; items: readonly Plan[]; onShow: (pair: Pair) => void }) {
  if (after.version === 1) {
    return <>{text.first}</>;
  }
  const before = items.find(({ version }) => version === after.version - 1);
  return before ? (
    <Button variant="inline-link" ariaLabel={`${text.show}: ${after.version}`} onClick={() => onShow({ before, after })}>
      {text.show}
    </Button>
  ) : (
    <>{common.none}</>
  );
}

function Changes({ before, after, onClose }: { before: Plan; after: Plan; onClose: () => void }) {
  const pages = usePages(differences(before, after));
  return (
    <Modal visible size="large" header={text.differences(before.version, after.version)} closeAriaLabel={common.close} onDismiss={onClose}>
      <Table
        variant="embedded"
        ariaLabels={{ tableLabel: text.differences(before.version, after.version) }}
        trackBy="field"
        {...pages.rows}
        pagination={pages.pagination}
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
