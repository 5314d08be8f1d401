import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { BASE, demo } from './support/api.mjs';
import { everyPage } from './support/pages.mjs';
import { ready, sees } from './support/page.mjs';
import { test } from './support/test.mjs';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function violationsOf(page, within = 'html') {
  await page.evaluate((source) => window.axe ?? (0, eval)(source), await axeSource());
  return page.evaluate(
    async ([tags, root]) => {
      const { violations } = await window.axe.run(root, { runOnly: tags });
      return violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(' | ')}`,
      );
    },
    [RULES, within],
  );
}

let source;
async function axeSource() {
  const { readFile } = await import('node:fs/promises');
  source ??= readFile(axe, 'utf8');
  return source;
}

for (const theme of ['light', 'dark']) {
  test(`axe: no violation on any page, ${theme}`, async ({ visit }) => {
    const found = [];
    for (const { account, paths } of await everyPage()) {
      const page = await visit(account, { theme, still: true });
      for (const path of paths) {
        await page.goto(path);
        await ready(page);
        assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), theme);
        found.push(...(await violationsOf(page)).map((violation) => `${path} ${violation}`));
      }
    }
    assert.deepEqual(found, []);
  });
}

test('axe: dialogs, palette, help, toasts and open lists', async ({ visit }) => {
  const page = await visit(demo.admin);
  const found = [];
  const check = async (where, within = '[role=dialog]') =>
    found.push(...(await violationsOf(page, within)).map((violation) => `${where} ${violation}`));
  await page.goto('/admin/terms');
  await ready(page);
  await page.getByRole('button', { name: 'New term' }).click();
  await sees(page.getByRole('dialog'));
  await check('term dialog');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await sees(page.getByRole('menuitem', { name: 'People' }));
  await check('palette');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await sees(page.getByRole('dialog', { name: 'Keyboard shortcuts' }));
  await check('help');
  await page.keyboard.press('Escape');
  await page.goto('/admin/courses/new');
  await page.getByRole('combobox', { name: 'Teacher' }).click();
  await sees(page.getByRole('option'));
  await check('teacher list', '[role=listbox]');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Create course' }).click();
  await sees(page.getByText('Enter the course code.'));
  await check('form with errors', 'html');
  assert.deepEqual(found, []);
});

for (const width of [390, 320]) {
  test(`phone: nothing is wider than a screen of ${width} px, and buttons can be hit`, async ({ visit }) => {
    const wide = [];
    for (const { account, paths } of await everyPage()) {
      const page = await visit(account, { width, height: 844, touch: true });
      for (const path of paths) {
        await page.goto(path);
        await ready(page);
        // Not window.innerWidth: a phone zooms out until everything fits.
        const over = (await page.evaluate(() => document.documentElement.scrollWidth)) - width;
        if (over > 0) wide.push(`${path}: ${over} px too wide`);
        const small = await page.evaluate(() =>
          [...document.querySelectorAll('main button, main select, main input:not([type=checkbox])')]
            .filter((element) => element.checkVisibility() && !element.closest('[data-testid=week-editor]'))
            .filter((element) => {
              const { height, width: across } = element.getBoundingClientRect();
              return height > 0 && across > 1 && height < 44;
            })
            .map((element) => element.getAttribute('aria-label') ?? element.textContent ?? element.tagName),
        );
        wide.push(...small.map((name) => `${path}: "${name}" is lower than 44 px`));
      }
    }
    assert.deepEqual(wide, []);
  });
}

test('csp: strict on every page, and nothing violates it', async ({ visit }) => {
  const violations = [];
  for (const { account, paths } of await everyPage()) {
    const page = await visit(account);
    await page.addInitScript(() => {
      window.violations = [];
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
        window.violations.push(`${violatedDirective} ${blockedURI} ${sample}`),
      );
    });
    for (const path of paths) {
      const answer = await page.goto(path);
      const policy = answer.headers()['content-security-policy'] ?? '';
      assert.match(policy, /script-src 'self' 'sha256-/, path);
      // Only the page of the card form lets the card service in.
      const ours = path.endsWith('/pay') ? policy.replaceAll(/https:\/\/[*\w.]+\.stripe\.com/g, '') : policy;
      assert.doesNotMatch(ours, /unsafe-inline|unsafe-eval|\*|https:/, path);
      assert.match(policy, /frame-ancestors 'none'/, path);
      await ready(page);
      violations.push(
        ...(await page.evaluate(() => window.violations)).map((violation) => `${path}: ${violation}`),
      );
    }
  }
  assert.deepEqual(violations, []);
});

test('theme: is set before the first paint and kept', async ({ visit }) => {
  const page = await visit(demo.student, { theme: 'light' });
  await page.goto('/profile');
  await page.getByRole('group', { name: 'Theme' }).getByRole('button', { name: 'Dark' }).click();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await page.addInitScript(() => {
    document.addEventListener('readystatechange', () => {
      if (document.readyState === 'interactive') window.themeAtParse = document.documentElement.dataset.theme;
    });
  });
  await page.goto('/courses');
  assert.equal(
    await page.evaluate(() => window.themeAtParse),
    'dark',
    `set while ${BASE} is still being parsed`,
  );
});
