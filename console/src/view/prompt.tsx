/**
 * What somebody does is shown in the next frame, and what comes of it when it is ready: a table of fifty rows takes longer
 * than a frame. React renders it in pieces, answers to what is done meanwhile, and gives up what is not wanted any more.
 */
import Pagination, { type PaginationProps } from '@cloudscape-design/components/pagination';
import PropertyFilter, { type PropertyFilterProps } from '@cloudscape-design/components/property-filter';
import TextFilter, { type TextFilterProps } from '@cloudscape-design/components/text-filter';
import { startTransition, useOptimistic } from 'react';
import { common } from '../strings/common.js';

type FilterProps = Pick<TextFilterProps, 'filteringText' | 'onChange' | 'filteringAriaLabel' | 'filteringPlaceholder' | 'countText'>;

/** A text filter that shows each letter at once. */
export function PromptFilter({ filteringText, onChange, ...rest }: FilterProps) {
  const [typed, setTyped] = useOptimistic(filteringText);
  return (
    <TextFilter
      {...rest}
      filteringText={typed}
      filteringClearAriaLabel={common.clearFilter}
      onChange={(event) => {
        startTransition(() => {
          setTyped(event.detail.filteringText);
          onChange?.(event);
        });
      }}
    />
  );
}

/** A property filter that shows what is asked for at once. */
export function PromptPropertyFilter({ query, onChange, ...rest }: PropertyFilterProps) {
  const [asked, setAsked] = useOptimistic(query);
  return (
    <PropertyFilter
      {...rest}
      query={asked}
      onChange={(event) => {
        startTransition(() => {
          setAsked(event.detail);
          onChange(event);
        });
      }}
    />
  );
}

/** Page numbers of which the new one is marked at once. */
export function PromptPagination({ currentPageIndex, onChange, ...rest }: PaginationProps) {
  const [page, setPage] = useOptimistic(currentPageIndex);
  return (
    <Pagination
      {...rest}
      currentPageIndex={page}
      onChange={(event) => {
        startTransition(() => {
          setPage(event.detail.currentPageIndex);
          onChange?.(event);
        });
      }}
    />
  );
}

/** Does what a handler does at leisure, for what has nothing to show before. */
export const atLeisure =
  <E,>(handler: ((event: E) => void) | undefined) =>
  (event: E): void =>
    startTransition(() => handler?.(event));
