import assert from 'node:assert/strict';
import { newStudent } from './support/api.mjs';
import { eventually, sees, ready } from './support/page.mjs';
import { test } from './support/test.mjs';

test('session: signing out really ends it, in every tab', async ({ visit }) => {
  const page = await visit(await newStudent());
  await page.goto('/profile');
  await sees(page.getByRole('heading', { name: 'Profile' }));
  const tab = await page.context().newPage();
  await tab.goto('/courses');
  await sees(tab.getByRole('heading', { name: 'Courses', level: 1 }));

  const cookies = (await page.context().cookies()).map(({ name, httpOnly }) => [name, httpOnly]);
  assert.deepEqual(
    cookies.find(([name]) => name === 'uems_refresh'),
    ['uems_refresh', true],
    'no script can read it',
  );
  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  assert.doesNotMatch(stored, /eyJ|token/i, 'no token is stored where scripts can read it');

  await page.getByRole('main').getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/login');
  await tab.waitForURL(/\/login/);
  await page.goto('/courses');
  await page.waitForURL(/\/login/);
  const refresh = await page.context().request.post('/api/v1/auth/refresh');
  assert.equal(refresh.status(), 401, 'the refresh cookie is dead');
});

test('session: an expired access token is renewed once, unnoticed', async ({ visit }) => {
  const page = await visit(await newStudent());
  await page.goto('/dashboard');
  await sees(page.getByText('You have no courses yet'));
  let refused = 0;
  let refreshes = 0;
  await page.route('**/api/v1/auth/refresh', (route) => {
    refreshes += 1;
    return route.continue();
  });
  // Every request made with the present token is refused, as it would be after fifteen minutes.
  let old;
  await page.route(/\/api\/v1\/(courses|terms|institution|users)/, async (route) => {
    const token = (await route.request().allHeaders()).authorization;
    old ??= token;
    if (token !== old) return route.continue();
    refused += 1;
    // Slow enough for the page's other requests to be on their way too.
    await new Promise((resolve) => setTimeout(resolve, 400));
    return route.fulfill({
      status: 401,
      contentType: 'application/problem+json',
      body: JSON.stringify({ status: 401, code: 'unauthenticated', detail: 'Sign in.' }),
    });
  });
  await page.getByRole('navigation').getByRole('link', { name: 'Courses' }).first().click();
  await sees(page.getByRole('table'));
  assert.ok(refused >= 2, `several requests were refused at once (${refused})`);
  assert.equal(refreshes, 1, 'they shared one refresh');
});

test('session: a password change keeps this window and ends the others', async ({ visit }) => {
  const student = await newStudent();
  const other = await visit(student);
  await other.goto('/dashboard');
  await ready(other);
  const page = await visit(student);
  await page.goto('/profile');
  await page.getByLabel('Current password').fill('not what it is');
  await page.getByLabel('New password').fill('another long password');
  await page.getByRole('button', { name: 'Change password' }).click();
  await eventually(async () =>
    assert.equal(await page.getByLabel('Current password').getAttribute('aria-invalid'), 'true'),
  );
  await page.getByLabel('Current password').fill(student.password);
  await page.getByRole('button', { name: 'Change password' }).click();
  await sees(page.getByText('Your password is changed'));
  await page.getByLabel('Full name').fill('Renamed Afterwards');
  await page.getByRole('button', { name: 'Save name' }).click();
  await sees(page.getByText('Your name is saved'));
  await other.goto('/courses');
  await other.waitForURL(/\/login/);
});
