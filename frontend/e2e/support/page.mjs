import assert from 'node:assert/strict';

/** Waits until `check` holds; what it threw last is the failure. */
export async function eventually(check, timeout = 8_000) {
  const until = Date.now() + timeout;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

export function sees(locator) {
  return locator.first().waitFor({ state: 'visible' });
}

export function seesNot(locator) {
  return locator.first().waitFor({ state: 'hidden' });
}

export async function hasText(locator, pattern) {
  await eventually(async () => assert.match(await locator.first().innerText(), pattern));
}

export async function search(page, text) {
  await page.getByRole('searchbox').fill(text);
}

export function row(page, code) {
  return page.getByRole('row').filter({ hasText: code });
}

export async function ready(page) {
  await eventually(async () => {
    const waiting = await page.locator('[aria-busy=true], [role=dialog]:not(:has(h2, [role=menu]))').count();
    assert.equal(waiting, 0, 'everything is loaded');
    assert.doesNotMatch(await page.locator('h1').first().innerText(), /^Loading/);
  });
}
