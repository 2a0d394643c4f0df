// What a browser loads before the first page shows: the entry, what it imports, and their style sheets. Compressed, as
// CloudFront sends it. Fails above the limit.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const LIMIT_KB = 400;
const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));
const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const files = new Set(['index.html']);
const visit = (key) => {
  const chunk = manifest[key];
  if (!files.has(chunk.file)) {
    files.add(chunk.file);
    (chunk.css ?? []).forEach((file) => files.add(file));
    (chunk.imports ?? []).forEach(visit);
  }
};
visit(entry);
let sum = 0;
for (const file of files) {
  const size = gzipSync(readFileSync(new URL(file, dist))).length / 1024;
  sum += size;
  console.log(`${size.toFixed(1).padStart(7)} KB  ${file}`);
}
console.log(`${sum.toFixed(1).padStart(7)} KB  first load of the shell; the limit is ${LIMIT_KB}`);
process.exitCode = sum > LIMIT_KB ? 1 : 0;
