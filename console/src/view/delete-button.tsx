import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useNotify } from '../shell/notifications.js';
import { deletion as text } from '../strings/deletion.js';
import { ConfirmDialog } from './confirm-dialog.js';

interface Props {
  readonly name: string;
  /** What becomes of what belongs to it. */
  readonly hint: string;
  readonly onDelete: () => Promise<unknown>;
  readonly onDeleted: () => void;
  /** What stands in its way, to go there; shown beside the API's refusal. */
  readonly inTheWay?: ReactNode;
}

/** Deletes what is stored under a name, once that is typed. Whether it can be deleted the API says. */
export function DeleteButton({ name, ...rest }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>{text.action}</Button>
      {open && <DeleteDialog name={name} {...rest} onClose={() => setOpen(false)} />}
    </>
  );
}

function DeleteDialog({ name, hint, onDelete, onDeleted, inTheWay, onClose }: Props & { onClose: () => void }) {
  const notify = useNotify();
  const queries = useQueryClient();
  const [typed, setTyped] = useState('');
  const deleting = useMutation({
    mutationFn: onDelete,
    onSuccess: () => {
      notify('success', text.deleted(name));
      onDeleted();
      // Read again where it is looked at next: this page asks for what is gone.
      void queries.invalidateQueries({ refetchType: 'none' });
    },
  });
  return (
    <ConfirmDialog
      title={text.title(name)}
      action={text.action}
      busy={deleting.isPending}
      disabled={typed !== name}
      onConfirm={() => deleting.mutate()}
      onCancel={onClose}
    >
      <SpaceBetween size="m">
        {hint}
        <FormField label={text.confirm(name)}>
          <Input value={typed} onChange={({ detail }) => setTyped(detail.value)} autoComplete={false} spellcheck={false} />
        </FormField>
        {deleting.error && (
          <Alert type="error" header={text.refused}>
            {deleting.error.message}
            {inTheWay}
          </Alert>
        )}
      </SpaceBetween>
    </ConfirmDialog>
  );
}
