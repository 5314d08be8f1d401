import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

export const OUT = join(import.meta.dirname, '..', 'out');

/** Every file under `out/`, by its path inside it. */
export function filesOf(folder = OUT) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(OUT, join(entry.parentPath, entry.name)))
    .sort();
}

const SCRIPT = /<script(?<attributes>[^>]*)>(?<body>[\s\S]*?)<\/script>/g;

export function scriptsOf(html) {
  return [...html.matchAll(SCRIPT)].map(({ groups }) => ({
    body: groups.body,
    src: /\ssrc="([^"]+)"/.exec(groups.attributes)?.[1],
    legacy: /\snomodule/i.test(groups.attributes),
  }));
}

export function styleAttributesOf(html) {
  const markup = html.replace(SCRIPT, '');
  return [...markup.matchAll(/\sstyle="([^"]*)"/g)].map(([, value]) =>
    value
      .replaceAll('&quot;', '"')
      .replaceAll('&#x27;', "'")
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&'),
  );
}

export function styleElementsOf(html) {
  return [...html.matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)].map(([, body]) => body);
}
