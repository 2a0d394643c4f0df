import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Table from '@cloudscape-design/components/table';
import { type ReactNode, useState } from 'react';
import { itemsOf } from '../../api/queries.js';
import { useSchedules } from '../../api/schedules.js';
import type { PlanSchedule } from '../../api/types.js';
import { useMay } from '../../shell/context.js';
import { Failure } from '../../shell/query-state.js';
import { StaleNotice } from '../../shell/stale-notice.js';
import { common } from '../../strings/common.js';
import { schedules as text } from '../../strings/schedules.js';
import { Empty } from '../../view/empty.js';
import { NextPage } from '../../view/next-page.js';
import { Actions } from './actions.js';
import { COLUMNS } from './columns.js';
import { DeleteScheduleDialog } from './delete-dialog.js';
import { ScheduleDialog } from './dialog.js';
import { keyOf } from './draft.js';
import { usePages } from '../../view/pages.js';

interface Props {
  /** Whose schedules; those of all plans when left out. */
  readonly plan: string | undefined;
  readonly variant: 'full-page' | 'container';
  readonly filter?: ReactNode;
}

/** What is being done, and to which: none for a new one. */
type Doing = { readonly what: 'write' | 'delete'; readonly schedule: PlanSchedule | undefined };

/** Schedules with what came of them; who may change plans may change these. */
export function ScheduleTable({ plan, variant, filter }: Props) {
  const query = useSchedules(plan);
  const pages = usePages(itemsOf<PlanSchedule>(query.data));
  const mayPlan = useMay('Plan');
  const [doing, setDoing] = useState<Doing>();
  const columns = plan === undefined ? COLUMNS : COLUMNS.filter(({ id }) => id !== 'plan');
  const actions = {
    id: 'actions',
    header: text.columns.actions,
    cell: (schedule: PlanSchedule) => (
      <Actions schedule={schedule} onEdit={() => setDoing({ what: 'write', schedule })} onDelete={() => setDoing({ what: 'delete', schedule })} />
    ),
  };
  const create = mayPlan && <Button variant="primary" onClick={() => setDoing({ what: 'write', schedule: undefined })}>{text.create}</Button>;
  const close = () => setDoing(undefined);
  return (
    <>
      {query.data && <StaleNotice query={query} />}
      <Table
        variant={variant}
        stickyHeader={variant === 'full-page'}
        trackBy={keyOf}
        wrapLines
        // On a laptop there are more columns than fit: what can be done stays in sight.
        stickyColumns={mayPlan ? { last: 1 } : {}}
        {...pages.rows}
        pagination={pages.pagination}
        loading={query.isPending}
        loadingText={common.loading}
        header={<Header variant={variant === 'full-page' ? 'h1' : 'h2'} description={text.description} actions={create}>{text.title}</Header>}
        empty={query.error ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Empty words={text} />}
        columnDefinitions={mayPlan ? [...columns, actions] : columns}
        filter={filter}
        footer={<NextPage query={query} pages={pages} label={text.more} />}
      />
      {doing?.what === 'write' && <ScheduleDialog plan={plan} schedule={doing.schedule} onClose={close} />}
      {doing?.what === 'delete' && doing.schedule && <DeleteScheduleDialog schedule={doing.schedule} onClose={close} />}
    </>
  );
}
