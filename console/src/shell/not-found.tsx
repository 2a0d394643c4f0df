import Alert from '@cloudscape-design/components/alert';
import { common } from '../strings/common.js';

/** An address that no page has. */
export function NotFound() {
  return <Alert type="info" header={common.errors.notFound}>{common.errors.noSuchPage}</Alert>;
}
