// Makes what the server needs beside the export: each page's Content-Security-Policy, and compressed variants.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { filesOf, OUT, scriptsOf, styleAttributesOf, styleElementsOf } from './html.mjs';

// The one <style> element React Aria adds at run time (touch-action of pressable things). e2e/csp.mjs notices a change.
const REACT_ARIA_STYLE = "'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o='";

const COMPRESSED = new Set(['.html', '.txt', '.js', '.css', '.svg', '.json']);
const SMALLEST_WORTH_IT = 512;

const hashOf = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const hashes = (texts) => [...new Set(texts.map(hashOf))].sort().join(' ');

/** The card form is Stripe's own, in a frame of its own. Only the page that shows it may load anything from elsewhere. */
const PAY_PAGE = 'payments/_/pay.html';
const STRIPE = {
  script: ' https://js.stripe.com https://*.js.stripe.com',
  connect: ' https://api.stripe.com',
  frame: 'https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com',
};

function policyOf(html, name) {
  const stripe = name === PAY_PAGE ? STRIPE : { script: '', connect: '', frame: '' };
  const inline = scriptsOf(html)
    .filter(({ src }) => !src)
    .map(({ body }) => body);
  const attributes = styleAttributesOf(html);
  return [
    "default-src 'none'",
    `script-src 'self' ${hashes(inline)}${stripe.script}`,
    `style-src 'self' ${[REACT_ARIA_STYLE, hashes(styleElementsOf(html))].filter(Boolean).join(' ')}`,
    `style-src-attr ${attributes.length ? `'unsafe-hashes' ${hashes(attributes)}` : "'none'"}`,
    `connect-src 'self'${stripe.connect}`,
    ...(stripe.frame ? [`frame-src ${stripe.frame}`] : []),
    "img-src 'self' data:",
    "font-src 'self'",
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function compress(name) {
  const data = readFileSync(join(OUT, name));
  if (data.length < SMALLEST_WORTH_IT) return 0;
  const brotli = brotliCompressSync(data, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
    },
  });
  const gzip = gzipSync(data, { level: 9 });
  const variants = [
    ['br', brotli],
    ['gz', gzip],
  ].filter(([, packed]) => packed.length < data.length * 0.95);
  for (const [ending, packed] of variants) writeFileSync(join(OUT, `${name}.${ending}`), packed);
  return variants.length;
}

if (!existsSync(OUT)) throw new Error('There is no out/: run next build first.');
for (const name of filesOf().filter((file) => /\.(br|gz)$/.test(file))) rmSync(join(OUT, name));

const pages = filesOf().filter((name) => extname(name) === '.html');
const policies = Object.fromEntries(
  pages.map((name) => [name, policyOf(readFileSync(join(OUT, name), 'utf8'), name)]),
);
writeFileSync(join(OUT, 'csp.json'), `${JSON.stringify(policies, null, 1)}\n`);

const written = filesOf()
  .filter((name) => COMPRESSED.has(extname(name)) && name !== 'csp.json')
  .reduce((count, name) => count + compress(name), 0);
console.log(`out/: ${pages.length} policies, ${written} compressed variants`);
