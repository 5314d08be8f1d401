// Drives a running, seeded server with a real browser: UEMS_URL=http://127.0.0.1:8000 npm run e2e [part of a name …]
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launch } from './support/browser.mjs';
import { tests } from './support/test.mjs';

const wanted = process.argv.slice(2);
const here = import.meta.dirname;
for (const file of readdirSync(here)
  .filter((name) => name.endsWith('.e2e.mjs'))
  .sort()) {
  await import(pathToFileURL(join(here, file)).href);
}

const browser = await launch();
const chosen = tests.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
let failed = 0;
for (const { name, run } of chosen) {
  const began = performance.now();
  try {
    await run(browser);
    console.log(`ok    ${name} (${Math.round(performance.now() - began)} ms)`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}\n${String(error.stack ?? error).replace(/^/gm, '      ')}`);
  }
}
await browser.close();
console.log(`${chosen.length - failed} passed, ${failed} failed`);
process.exitCode = failed || chosen.length === 0 ? 1 : 0;
