import { readFileSync } from 'node:fs';
import openapiTS, { COMMENT_HEADER, astToString } from 'openapi-typescript';
import { expect, it } from 'vitest';

it('knows the API as it is: `npm run api` makes src/api/schema.d.ts anew', async () => {
  const made = COMMENT_HEADER + astToString(await openapiTS(new URL('../../docs/openapi.json', import.meta.url)));
  expect(readFileSync(new URL('../src/api/schema.d.ts', import.meta.url), 'utf8') === made).toBe(true);
}, 30_000);
