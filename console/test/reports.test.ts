import { expect, it } from 'vitest';
import { newest } from '../src/pages/reports/newest.js';
import { fileSize } from '../src/view/format.js';

const report = (format: string, storedAt: number) => ({ format, storedAt, key: 'k', sha256: 'a', versionId: null, bytes: null });

it('shows of each format the report that was stored last', () => {
  const stored = [report('html', 1), report('json', 1), report('html', 9), report('pdf', 3)];
  expect(newest(stored).map(({ format, storedAt }) => [format, storedAt])).toEqual([['html', 9], ['json', 1], ['pdf', 3]]);
  expect(newest([])).toEqual([]);
});

it('says how large a file is', () => {
  expect([0, 999, 1000, 12_345, 3_600_000].map(fileSize)).toEqual(['0 B', '999 B', '1.0 KB', '12.3 KB', '3.6 MB']);
});
