import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** CDK writes each synthesized app to a temporary folder and leaves it there: 22 MB, forty times. All into one that goes. */
export default function setup() {
  const scratch = mkdtempSync(join(tmpdir(), 'orchestrator-cdk-'));
  process.env['TMPDIR'] = scratch;
  return () => rmSync(scratch, { recursive: true });
}
