import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import Table from '@cloudscape-design/components/table';
import { memo } from 'react';
import type { Finding } from '../api/types.js';
import { findings as text } from '../strings/plans.js';
import { words } from './format.js';
import { usePages } from './pages.js';
import { Status } from './status.js';

/** What preflight or readiness says, those first that block. */
export const FindingsTable = memo(function FindingsTable({ findings, embedded = false }: { findings: readonly Finding[]; embedded?: boolean }) {
  const sorted = [...findings].sort((left, right) => left.severity.localeCompare(right.severity) || left.code.localeCompare(right.code));
  const pages = usePages(sorted, text.pages);
  return (
    <Table
      variant={embedded ? 'embedded' : 'container'}
      {...(embedded ? { ariaLabels: { tableLabel: text.title } } : { header: <Header variant="h2" counter={`(${findings.length})`}>{text.title}</Header> })}
      {...pages.rows}
      pagination={pages.pagination}
      wrapLines
      empty={<Box textAlign="center">{text.none}</Box>}
      columnDefinitions={[
        { id: 'severity', header: text.severity, cell: ({ severity }) => <Status status={severity} />, width: 120 },
        { id: 'what', header: text.what, isRowHeader: true, cell: ({ code }) => words(code), minWidth: 150 },
        { id: 'subject', header: text.subject, cell: ({ subject }) => subject, minWidth: 140 },
        { id: 'message', header: text.message, cell: ({ message }) => message, minWidth: 220 },
        { id: 'remedy', header: text.remedy, cell: ({ remedy }) => remedy, minWidth: 220 },
      ]}
    />
  );
});
