import Container from '@cloudscape-design/components/container';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import Table from '@cloudscape-design/components/table';
import { Suspense, lazy, useState } from 'react';
import type { Plan, Wave } from '../../api/types.js';
import { common } from '../../strings/common.js';
import { plan as strings } from '../../strings/plans.js';
import { counted, words } from '../../view/format.js';
import { pageOf, usePages } from '../../view/pages.js';

const WaveGraph = lazy(() => import('../../view/wave-graph.js'));
const text = strings.waves;

/** What waits for what, drawn and written. */
export function WavesTab({ plan }: { plan: Plan }) {
  const [selected, setSelected] = useState<string>();
  const pages = usePages(plan.waves);
  const select = (name: string) => {
    setSelected(name);
    pages.go(pageOf(plan.waves.findIndex((wave) => wave.name === name)));
  };
  const nodes = plan.waves.map(({ name, dependsOnWaves = [], groups, approval }) => ({
    name,
    dependsOnWaves,
    look: 'info' as const,
    status: counted(groups.length, 'group'),
    detail: approval ? text.approval : '',
    done: 0,
  }));
  return (
    <SpaceBetween size="l">
      <Container>
        <Suspense fallback={<Spinner />}>
          <WaveGraph waves={nodes} selected={selected} onSelect={select} />
        </Suspense>
      </Container>
      <Table
        trackBy="name"
        ariaLabels={{ tableLabel: text.title }}
        {...pages.rows}
        pagination={pages.pagination}
        wrapLines
        columnDefinitions={COLUMNS}
      />
    </SpaceBetween>
  );
}

const names = (items: readonly { name: string }[] = []) => items.map(({ name }) => name).join(', ') || common.none;

const COLUMNS = [
  { id: 'name', header: text.name, isRowHeader: true, cell: ({ name }: Wave) => name, minWidth: 120 },
  { id: 'groups', header: text.groups, cell: ({ groups }: Wave) => groups.join(', '), minWidth: 140 },
  { id: 'after', header: text.after, cell: ({ dependsOnWaves = [] }: Wave) => dependsOnWaves.join(', ') || common.none },
  { id: 'onFailure', header: text.onFailure, cell: ({ onFailure }: Wave) => words(onFailure ?? 'STOP') },
  { id: 'healthy', header: text.healthy, cell: ({ minHealthyPercent = 0 }: Wave) => `${minHealthyPercent} %` },
  { id: 'health', header: text.health, cell: ({ healthChecks }: Wave) => names(healthChecks), minWidth: 180 },
  {
    id: 'actions',
    header: text.actions,
    cell: ({ beforeActions = [], afterActions = [] }: Wave) => names([...beforeActions, ...afterActions]),
  },
  { id: 'approval', header: text.approval, cell: ({ approval }: Wave) => approval?.role ?? common.none },
  { id: 'timeout', header: text.timeout, cell: ({ launchTimeoutMinutes }: Wave) => strings.minutes(launchTimeoutMinutes ?? 120) },
];
