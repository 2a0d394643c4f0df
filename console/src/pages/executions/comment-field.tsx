import FormField from '@cloudscape-design/components/form-field';
import Textarea from '@cloudscape-design/components/textarea';
import { execution as strings } from '../../strings/executions.js';

/** Why somebody decides as he does. */
export function CommentField({ comment, onComment }: { comment: string; onComment: (comment: string) => void }) {
  return (
    <FormField label={strings.decision.comment} description={strings.decision.commentHint} stretch>
      <Textarea value={comment} onChange={({ detail }) => onComment(detail.value)} rows={3} />
    </FormField>
  );
}
