import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { body } from '../../../api/client.js';
import { ApiError } from '../../../api/problem.js';
import { usePlan } from '../../../api/queries.js';
import type { PlanDocument } from '../../../api/types.js';
import { to } from '../../../routes.js';
import { useApi } from '../../../shell/context.js';
import { useNotify } from '../../../shell/notifications.js';
import { QueryState } from '../../../shell/query-state.js';
import { common } from '../../../strings/common.js';
import { planEditor as text } from '../../../strings/editors.js';
import { type FieldProblem, problemsElsewhere, problemsMoved } from '../../../view/field-problems.js';
import { type OnMoved, ProblemMoves } from '../../../view/problem-moves.js';
import { EMPTY, PLAN_FIELDS, documentOf, draftOf } from './draft.js';
import { General } from './general.js';
import { WavesEditor } from './waves-editor.js';

/** Makes a plan, or changes the version that was opened. */
export default function PlanEditorPage() {
  const { planName } = useParams();
  return planName === undefined ? <Editor start={EMPTY} version={undefined} /> : <ChangePlan name={planName} />;
}

function ChangePlan({ name }: { name: string }) {
  const query = usePlan(name);
  // Kept as it was opened: what is read again later must not overwrite what somebody types, and saving says if it changed.
  return <QueryState query={query}>{(plan) => <Opened key={name} start={draftOf(plan)} version={plan.version} />}</QueryState>;
}

function Opened(props: EditorProps) {
  const [opened] = useState(props);
  return <Editor {...opened} />;
}

interface EditorProps {
  readonly start: PlanDocument;
  readonly version: number | undefined;
}

function Editor({ start, version }: EditorProps) {
  const navigate = useNavigate();
  const [plan, setPlan] = useState(start);
  // What the API refused, moved along with what it is about.
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  const onMoved = useCallback<OnMoved>((list, moved) => setProblems((before) => problemsMoved(before, list, moved)), []);
  const saving = useSave(version, setProblems);
  const isNew = version === undefined;
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" onClick={() => void navigate(isNew ? to.plans : to.plan(start.name))}>{common.cancel}</Button>
              <Button variant="primary" loading={saving.isPending} onClick={() => saving.mutate(plan)}>{text.save}</Button>
            </SpaceBetween>
          }
        >
          {isNew ? text.create : text.edit(start.name)}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {saving.error && <Refusal error={saving.error} problems={problems} waves={plan.waves.length} />}
        <General plan={plan} isNew={isNew} problems={problems} onPlan={setPlan} />
        <ProblemMoves value={onMoved}>
          <WavesEditor plan={plan} problems={problems} onPlan={setPlan} />
        </ProblemMoves>
      </SpaceBetween>
    </ContentLayout>
  );
}

function useSave(version: number | undefined, onProblems: (problems: readonly FieldProblem[]) => void) {
  const api = useApi();
  const notify = useNotify();
  const navigate = useNavigate();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (plan: PlanDocument) => {
      // Only over the version that was opened, and a new one over none.
      const header = version === undefined ? { 'If-None-Match': '*' } : { 'If-Match': `"${version}"` };
      return body(api.PUT('/v1/recovery-plans/{name}', { params: { path: { name: plan.name.trim() || 'unnamed' }, header }, body: documentOf(plan) }));
    },
    onMutate: () => onProblems([]),
    onError: (error) => onProblems(error instanceof ApiError ? (error.problems ?? []) : []),
    onSuccess: ({ name }) => {
      void queries.invalidateQueries();
      notify('success', text.saved(name));
      void navigate(to.plan(name));
    },
  });
}

/** Why nothing was stored; what a field shows itself is not said twice. */
function Refusal({ error, problems, waves }: { error: Error; problems: readonly FieldProblem[]; waves: number }) {
  const shown = [...PLAN_FIELDS, ...Array.from({ length: waves }, (_, index) => `waves[${index}]`)];
  const elsewhere = problemsElsewhere(problems, shown);
  const changed = error instanceof ApiError && error.status === 412;
  return (
    <Alert type="error" header={text.refused}>
      {changed ? text.changedMeanwhile : error.message}
      {elsewhere.length > 0 && <ul>{elsewhere.map(({ at, message }) => <li key={`${at}${message}`}>{at}: {message}</li>)}</ul>}
    </Alert>
  );
}
