import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';

interface Props {
  readonly text: string;
  readonly loading?: boolean;
  readonly action?: { text: string; onClick: () => void };
}

/** Before there is a page to show. */
export function FullPageMessage({ text, loading = false, action }: Props) {
  return (
    <main className="full-page">
      <SpaceBetween size="m" alignItems="center">
        {loading && <Spinner size="large" />}
        <Box variant="h1" fontSize="heading-m">{text}</Box>
        {action && <Button variant="primary" onClick={action.onClick}>{action.text}</Button>}
      </SpaceBetween>
    </main>
  );
}
