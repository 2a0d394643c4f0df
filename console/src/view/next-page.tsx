import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import { common } from '../strings/common.js';

interface NextPageProps {
  readonly query: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly isFetchNextPageError: boolean;
    readonly fetchNextPage: () => Promise<{ isFetchNextPageError: boolean }>;
  };
  readonly pages: { readonly current: number; readonly count: number; readonly go: (page: number) => void };
  /** What the button says; by default that there is more. */
  readonly label?: string;
}

/** Below a list: on to its next page, which is loaded where it is not there; and that it could not be had, to try again. */
export function NextPage({ query, pages: { current, count, go }, label = common.more }: NextPageProps) {
  const isLast = current === count;
  const next = async () => {
    if (!isLast || !(await query.fetchNextPage()).isFetchNextPageError) {
      go(current + 1);
    }
  };
  return (
    (query.hasNextPage || !isLast) && (
      <Box textAlign="center">
        {isLast && query.isFetchNextPageError && <Alert type="error">{common.errors.failed}</Alert>}
        <Button loading={query.isFetchingNextPage} onClick={() => void next()}>{label}</Button>
      </Box>
    )
  );
}
