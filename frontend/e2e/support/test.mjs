import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Visitor } from './browser.mjs';

export const tests = [];

const PICTURES = join(tmpdir(), 'uems-e2e');

/**
 * One story. It gets `visit`, which opens a browser window of its own; every window is checked at the end for script
 * errors and policy violations, and photographed if the story failed.
 */
export function test(name, story) {
  tests.push({
    name,
    async run(browser) {
      const visitors = [];
      const visit = async (account, options) => {
        const visitor = await Visitor.open(browser, account, options);
        visitors.push(visitor);
        return visitor.page;
      };
      try {
        await story({ visit });
        for (const visitor of visitors) await visitor.assertClean();
      } catch (error) {
        mkdirSync(PICTURES, { recursive: true });
        const file = (index) => join(PICTURES, `${name.replace(/\W+/g, '-')}-${index}.png`);
        await Promise.all(
          visitors.map(({ page }, index) => page.screenshot({ path: file(index) }).catch(() => {})),
        );
        error.stack += `\npictures: ${visitors.map((_, index) => file(index)).join(' ')}`;
        throw error;
      } finally {
        await Promise.all(visitors.map((visitor) => visitor.close()));
      }
    },
  });
}
