// First-load JavaScript of every page against its budget, as gzip -9 would send it.
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { filesOf, OUT, scriptsOf } from './html.mjs';

const KIB = 1024;
const BUDGETS = { 'login.html': 225, 'register.html': 225 };
const DEFAULT_BUDGET = 285;

const sizes = new Map();
function sizeOf(src) {
  if (!sizes.has(src)) sizes.set(src, gzipSync(readFileSync(join(OUT, decodeURI(src))), { level: 9 }).length);
  return sizes.get(src);
}

const rows = filesOf()
  .filter((name) => extname(name) === '.html')
  .map((name) => {
    const sources = scriptsOf(readFileSync(join(OUT, name), 'utf8')).filter(
      ({ src, legacy }) => src && !legacy,
    );
    const bytes = [...new Set(sources.map(({ src }) => src.split('?')[0]))].reduce(
      (sum, src) => sum + sizeOf(src),
      0,
    );
    return { name, kib: bytes / KIB, budget: BUDGETS[name] ?? DEFAULT_BUDGET };
  });

for (const { name, kib, budget } of rows) {
  const mark = kib > budget ? 'over' : 'ok';
  console.log(`${mark.padEnd(5)} ${kib.toFixed(1).padStart(7)} KiB of ${budget}  ${name}`);
}
const over = rows.filter(({ kib, budget }) => kib > budget).length;
console.log(`${rows.length - over} within budget, ${over} over`);
process.exitCode = over ? 1 : 0;
