import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FileUpload from '@cloudscape-design/components/file-upload';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import Textarea from '@cloudscape-design/components/textarea';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { body } from '../../api/client.js';
import { ApiError } from '../../api/problem.js';
import type { ImportReport } from '../../api/types.js';
import { useApi } from '../../shell/context.js';
import { useNotify } from '../../shell/notifications.js';
import { common } from '../../strings/common.js';
import { settings as text } from '../../strings/inventory.js';
import { words } from '../../view/format.js';
import { usePages } from '../../view/pages.js';

/** Groups and plans from a file: first what it would change, then changing it. */
export function Import() {
  const api = useApi();
  const notify = useNotify();
  const queries = useQueryClient();
  const [document, setDocument] = useState('');
  const send = useMutation({
    mutationFn: (dryRun: boolean) =>
      body(
        api.POST('/v1/import', {
          params: { query: { dryRun } },
          headers: { 'content-type': 'application/yaml' },
          body: document,
          bodySerializer: (yaml) => yaml,
        }),
      ),
    onSuccess: (report) => {
      if (!report.dryRun) {
        notify('success', text.stored);
        void queries.invalidateQueries();
      }
    },
  });
  const change = (value: string) => {
    setDocument(value);
    // What was said is about another text.
    send.reset();
  };
  const report = send.data;
  const looked = report?.dryRun === true && report.problems.length === 0;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={text.importHint}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button disabled={document.trim() === ''} loading={send.isPending} onClick={() => send.mutate(true)}>{text.look}</Button>
              <Button variant="primary" disabled={!looked} loading={send.isPending} onClick={() => send.mutate(false)}>{text.store}</Button>
            </SpaceBetween>
          }
        >
          {text.import}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <FileField onText={change} />
        <FormField label={text.importField} stretch>
          <Textarea value={document} rows={8} spellcheck={false} onChange={({ detail }) => change(detail.value)} />
        </FormField>
        {send.error && <Refusal error={send.error} />}
        {report && <Report report={report} />}
      </SpaceBetween>
    </Container>
  );
}

function FileField({ onText }: { onText: (text: string) => void }) {
  const [files, setFiles] = useState<File[]>([]);
  return (
    <FileUpload
      value={files}
      accept=".yaml,.yml,.json"
      onChange={({ detail }) => {
        setFiles(detail.value);
        void detail.value[0]?.text().then(onText);
      }}
      i18nStrings={{
        uploadButtonText: () => text.file,
        dropzoneText: () => text.file,
        removeFileAriaLabel: () => common.dismiss,
        limitShowFewer: common.close,
        limitShowMore: common.more,
        errorIconAriaLabel: text.importFailed,
      }}
    />
  );
}

function Refusal({ error }: { error: Error }) {
  return (
    <Alert type="error" header={text.importFailed}>
      {error.message}
      {error instanceof ApiError && error.problems && <Problems problems={error.problems} />}
    </Alert>
  );
}

function Problems({ problems }: { problems: readonly { at: string; message: string }[] }) {
  return (
    <ul>
      {problems.map(({ at, message }) => <li key={`${at} ${message}`}><b>{at}</b>: {message}</li>)}
    </ul>
  );
}

function Report({ report }: { report: ImportReport }) {
  const pages = usePages(report.changes);
  if (report.problems.length > 0) {
    return <Alert type="error" header={text.problems}><Problems problems={report.problems} /></Alert>;
  }
  return (
    <SpaceBetween size="m">
      {report.dryRun && <Alert type="info">{text.wouldStore}</Alert>}
      <Table
        variant="embedded"
        ariaLabels={{ tableLabel: text.import }}
        trackBy="name"
        {...pages.rows}
        pagination={pages.pagination}
        wrapLines
        columnDefinitions={[
          { id: 'name', header: text.document, isRowHeader: true, cell: ({ kind, name }) => `${words(kind)} ${name}` },
          { id: 'change', header: text.change, cell: ({ change }) => words(change) },
          {
            id: 'fields',
            header: text.fields,
            cell: ({ fields }) => fields.map(({ at, from, to }) => `${at}: ${from ?? common.none} → ${to ?? common.none}`).join('; ') || common.none,
          },
        ]}
      />
    </SpaceBetween>
  );
}
