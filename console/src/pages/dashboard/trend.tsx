import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { usePlanRuns } from '../../api/queries.js';
import type { ExecutionSummary } from '../../api/types.js';
import { to } from '../../routes.js';
import { Link } from '../../shell/link.js';
import { QueryState } from '../../shell/query-state.js';
import { common } from '../../strings/common.js';
import { dashboard as text } from '../../strings/dashboard.js';
import { RtoTrend } from '../../view/rto-trend.js';

/** What the runs of one plan took: of the one that ran last, until somebody chooses another. */
export function Trend({ runs }: { runs: readonly ExecutionSummary[] }) {
  const [chosen, setChosen] = useState<string>();
  const plans = [...new Set(runs.map(({ planId }) => planId))];
  const plan = chosen ?? runs.find(({ rtoSeconds }) => rtoSeconds != null)?.planId ?? plans[0];
  if (plan === undefined) {
    return <Container header={<Header variant="h2">{text.trend}</Header>}><Box color="text-body-secondary">{text.noTrend}</Box></Container>;
  }
  const options = [...new Set([plan, ...plans])].sort().map((value) => ({ value, label: value }));
  return (
    <Container header={<Header variant="h2">{text.trend}</Header>}>
      <SpaceBetween size="m">
        <Select
          ariaLabel={text.trendPlan}
          selectedOption={{ value: plan, label: plan }}
          options={options}
          filteringType="auto"
          filteringAriaLabel={common.filterPlaceholder}
          onChange={({ detail }) => setChosen(detail.selectedOption.value)}
        />
        <Runs key={plan} plan={plan} />
        <Link href={`${to.plan(plan)}?tab=runs`}>{text.allRuns}</Link>
      </SpaceBetween>
    </Container>
  );
}

function Runs({ plan }: { plan: string }) {
  const query = usePlanRuns(plan);
  return (
    <QueryState query={query}>
      {({ items }) =>
        items.some(({ rtoSeconds }) => rtoSeconds != null) ? <RtoTrend runs={items} /> : <Box color="text-body-secondary">{text.noTrend}</Box>
      }
    </QueryState>
  );
}
