import Box from '@cloudscape-design/components/box';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { ReactNode } from 'react';

interface Props {
  readonly title: string;
  readonly hint: string;
  readonly problem: string | undefined;
  readonly children: ReactNode;
}

/** Several fields that belong together. Unlike a form field around them, it leaves each its own name. */
export function FieldGroup({ title, hint, problem, children }: Props) {
  return (
    <div role="group" aria-label={title}>
      <Box variant="awsui-key-label">{title}</Box>
      <Box color="text-body-secondary" fontSize="body-s" padding={{ bottom: 'xs' }}>{hint}</Box>
      {children}
      {problem && <div role="alert"><StatusIndicator type="error">{problem}</StatusIndicator></div>}
    </div>
  );
}
