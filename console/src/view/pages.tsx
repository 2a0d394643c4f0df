import type { TableProps } from '@cloudscape-design/components/table';
import { type ReactNode, useState } from 'react';
import { common } from '../strings/common.js';
import { PromptPagination } from './prompt.js';

/** Rows that a table has at once: what the browser draws does not grow with the list. */
const PAGE_SIZE = 50;

/** The page that shows the item at `index`. */
export const pageOf = (index: number): number => Math.floor(Math.max(0, index) / PAGE_SIZE) + 1;

interface PageLabels {
  readonly next: string;
  readonly previous: string;
  readonly page: (number: number) => string;
}

/** The page of a list that is shown. */
export interface Pages<T> {
  readonly current: number;
  readonly count: number;
  readonly go: (page: number) => void;
  /** Page numbers; none for a list that is one page. */
  readonly pagination: ReactNode;
  /** For the table: its rows, and what is announced of them. */
  readonly rows: Pick<TableProps<T>, 'items' | 'firstIndex' | 'totalItemsCount' | 'renderAriaLive'>;
}

/** A list, a page of it at a time. A list that became shorter shows its last page. */
export function usePages<T>(all: readonly T[], labels: PageLabels = common.pages): Pages<T> {
  const [asked, go] = useState(1);
  const count = Math.max(1, Math.ceil(all.length / PAGE_SIZE));
  const current = Math.min(asked, count);
  const first = (current - 1) * PAGE_SIZE;
  return {
    current,
    count,
    go,
    pagination: count > 1 && (
      <PromptPagination
        currentPageIndex={current}
        pagesCount={count}
        onChange={({ detail }) => go(detail.currentPageIndex)}
        ariaLabels={{ nextPageLabel: labels.next, previousPageLabel: labels.previous, pageLabel: labels.page }}
      />
    ),
    rows: {
      items: all.slice(first, first + PAGE_SIZE),
      firstIndex: first + 1,
      totalItemsCount: all.length,
      renderAriaLive: ({ firstIndex, lastIndex }) => common.shown(firstIndex, lastIndex, all.length),
    },
  };
}
