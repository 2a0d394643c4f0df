import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';

import { common } from '../strings/common.js';

interface NextPageProps {
  readonly query: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly isFetchNextPageError: boolean;
    readonly fetchNextPage: () => unknown;
  };
  /** What the button says; by default that there is more. */
  readonly label?: string;
}

/** Below a list: what loads its next page, while there is one; and that it could not be had, to try again. */
export function NextPage({ query, label = common.more }: NextPageProps) {
  return (
    query.hasNextPage && (
      <Box textAlign="center">
        {query.isFetchNextPageError && <Alert type="error">{common.errors.failed}</Alert>}
        <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{label}</Button>
      </Box>
    )
  );
}
