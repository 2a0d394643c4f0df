import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { common } from '../strings/common.js';

interface Props {
  readonly title: string;
  /** What the button says that does it. */
  readonly action: string;
  readonly busy?: boolean;
  readonly disabled?: boolean;
  readonly size?: 'medium' | 'large';
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
  readonly children: ReactNode;
}

/** Asks before something is done that cannot be undone. */
export function ConfirmDialog({ title, action, busy = false, disabled = false, size = 'medium', onConfirm, onCancel, children }: Props) {
  return (
    <Modal
      visible
      size={size}
      header={title}
      closeAriaLabel={common.close}
      onDismiss={onCancel}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onCancel}>{common.cancel}</Button>
            <Button variant="primary" loading={busy} disabled={disabled} onClick={onConfirm}>{action}</Button>
          </SpaceBetween>
        </Box>
      }
    >
      {children}
    </Modal>
  );
}
