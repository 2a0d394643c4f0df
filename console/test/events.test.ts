import { expect, it } from 'vitest';
import type { Execution } from '../src/api/types.js';
import { timeline } from '../src/pages/executions/events.js';

const run: Execution = {
  executionId: 'p-1',
  planId: 'p',
  mode: 'DRILL',
  status: 'RUNNING',
  reason: '',
  startedBy: 'ada',
  startedAt: 100,
  findings: [],
  allowedActions: [],
  waves: [
    {
      number: 1,
      name: 'db',
      dependsOnWaves: [],
      status: 'LAUNCHING',
      reason: '',
      startedAt: 110,
      servers: [],
      beforeActions: [],
      afterActions: [],
      allowedActions: [],
      decisions: [{ at: 300, by: 'eve', comment: 'once more', decided: 'RETRY', reason: 'a server failed', servers: 1 }],
    },
  ],
};

it('has what was recorded and what people did in one order, newest first, and nothing that has not happened', () => {
  const audited = { id: 'x', at: 200, actor: 'bob', roles: [], action: 'PauseExecution', kind: 'EXECUTION', subject: 'p-1', detail: '', sourceAddress: '' };
  expect(timeline(run, [audited]).map(({ at, what, who }) => [at, what, who])).toEqual([
    [300, 'Wave db: launch again', 'eve'],
    [200, 'PauseExecution', 'bob'],
    [110, 'Wave db started', ''],
    [100, 'Drill started', 'ada'],
  ]);
});
