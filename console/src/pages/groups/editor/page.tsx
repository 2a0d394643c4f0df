import Alert from '@cloudscape-design/components/alert';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Wizard from '@cloudscape-design/components/wizard';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { body } from '../../../api/client.js';
import { ApiError } from '../../../api/problem.js';
import type { Group, GroupDocument } from '../../../api/types.js';
import { to } from '../../../routes.js';
import { useApi } from '../../../shell/context.js';
import { useNotify } from '../../../shell/notifications.js';
import { QueryState } from '../../../shell/query-state.js';
import { common } from '../../../strings/common.js';
import { groupEditor as text, planEditor } from '../../../strings/editors.js';
import { type FieldProblem, problemAt, problemsElsewhere } from '../../../view/field-problems.js';
import { General } from './general.js';
import { Overrides } from './overrides.js';
import { Review } from './review.js';
import { Selection } from './selection.js';
import { Settings } from './settings.js';
import { SHOWN, stepOf } from './steps.js';

/** Makes a group, or changes the version that was opened. */
export default function GroupEditorPage() {
  const { groupName } = useParams();
  return groupName === undefined ? <Editor start={{ name: '', servers: [] }} version={undefined} /> : <ChangeGroup name={groupName} />;
}

function ChangeGroup({ name }: { name: string }) {
  const api = useApi();
  const query = useQuery({
    queryKey: ['group', name],
    queryFn: () => body(api.GET('/v1/protection-groups/{name}', { params: { path: { name } } })),
  });
  return <QueryState query={query}>{(group) => <Opened key={name} group={group} />}</QueryState>;
}

/** Kept as it was opened: what is read again later must not overwrite what somebody types. */
function Opened({ group }: { group: Group }) {
  const [{ start, version }] = useState(() => {
    const { version: opened, updatedAt: _, updatedBy: __, ...document } = group;
    return { start: document as GroupDocument, version: opened };
  });
  return <Editor start={start} version={version} />;
}

function Editor({ start, version }: { start: GroupDocument; version: number | undefined }) {
  const navigate = useNavigate();
  const [group, setGroup] = useState(start);
  const [step, setStep] = useState(0);
  const saving = useSave(version, (problems) => setStep(stepOf(problems)));
  const isNew = version === undefined;
  const problems = saving.error instanceof ApiError ? (saving.error.problems ?? []) : [];
  const at = (field: string) => problemAt(problems, field);
  const refusal = saving.error && <Refusal error={saving.error} />;
  const { steps } = text;
  return (
    <ContentLayout header={<Header variant="h1">{isNew ? text.create : text.edit(start.name)}</Header>}>
      <Wizard
        activeStepIndex={step}
        onNavigate={({ detail }) => setStep(detail.requestedStepIndex)}
        onCancel={() => void navigate(isNew ? to.groups : to.group(start.name))}
        onSubmit={() => saving.mutate(group)}
        isLoadingNextStep={saving.isPending}
        allowSkipTo
        submitButtonText={planEditor.save}
        i18nStrings={WIZARD}
        steps={[
          { title: steps.general, content: <Page refusal={refusal}><General group={group} isNew={isNew} at={at} onGroup={setGroup} /></Page> },
          {
            title: steps.servers,
            content: <Page refusal={refusal}><Selection group={group} problem={at('servers') ?? at('selectionTags')} onGroup={setGroup} /></Page>,
          },
          {
            title: steps.settings,
            isOptional: true,
            content: (
              <Page refusal={refusal}>
                <Settings settings={group.launchSettings ?? {}} problem={at('launchSettings')} onSettings={(launchSettings) => setGroup({ ...group, launchSettings })} />
                <Overrides group={group} problem={at('serverLaunchSettings')} onGroup={setGroup} />
              </Page>
            ),
          },
          { title: steps.review, content: <Page refusal={refusal}><Review group={group} onStep={setStep} /></Page> },
        ]}
      />
    </ContentLayout>
  );
}

/** What was refused stands above every step: whoever corrects one field sees what is left. */
function Page({ refusal, children }: { refusal: ReactNode; children: ReactNode }) {
  return <SpaceBetween size="l">{refusal}{children}</SpaceBetween>;
}

const { steps: words } = text;
const WIZARD = {
  stepNumberLabel: words.number,
  collapsedStepsLabel: words.collapsed,
  skipToButtonLabel: ({ title }: { title: string }) => words.skipTo(title),
  navigationAriaLabel: words.navigation,
  cancelButton: common.cancel,
  previousButton: words.previous,
  nextButton: words.next,
  optional: text.optionalStep,
  submitButtonLoadingAnnouncement: words.saving,
};

function useSave(version: number | undefined, onProblems: (problems: readonly FieldProblem[]) => void) {
  const api = useApi();
  const notify = useNotify();
  const navigate = useNavigate();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (group: GroupDocument) => {
      const header = version === undefined ? { 'If-None-Match': '*' } : { 'If-Match': `"${version}"` };
      return body(api.PUT('/v1/protection-groups/{name}', { params: { path: { name: group.name.trim() || 'unnamed' }, header }, body: group }));
    },
    onSuccess: ({ name }) => {
      void queries.invalidateQueries();
      notify('success', planEditor.saved(name));
      void navigate(to.group(name));
    },
    onError: (error) => {
      if (error instanceof ApiError && (error.problems ?? []).length > 0) {
        onProblems(error.problems ?? []);
      }
    },
  });
}

function Refusal({ error }: { error: Error }) {
  const elsewhere = error instanceof ApiError ? problemsElsewhere(error.problems ?? [], SHOWN) : [];
  const changed = error instanceof ApiError && error.status === 412;
  return (
    <Alert type="error" header={planEditor.refused}>
      {changed ? planEditor.changedMeanwhile : error.message}
      {elsewhere.length > 0 && <ul>{elsewhere.map(({ at, message }) => <li key={`${at}${message}`}>{at}: {message}</li>)}</ul>}
    </Alert>
  );
}
