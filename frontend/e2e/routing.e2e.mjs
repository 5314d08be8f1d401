import assert from 'node:assert/strict';
import { newCourse, newStudent, testTerm } from './support/api.mjs';
import { eventually, sees, ready } from './support/page.mjs';
import { test } from './support/test.mjs';

test('routing: deep links, reload, siblings, back and forward stay within one document', async ({
  visit,
}) => {
  const { key } = await testTerm();
  const first = await newCourse({ name: 'First Of Two' });
  await newCourse({ code: `${first.department}997`, name: 'Second Of Two' });
  const page = await visit(await newStudent());
  await page.goto(`/courses/${first.id}`);
  await sees(page.getByRole('heading', { name: /First Of Two/ }));
  await page.reload();
  await sees(page.getByRole('heading', { name: /First Of Two/ }));
  await eventually(async () => assert.match(await page.title(), new RegExp(first.code)));

  await page.goto(`/courses?term=${key}&department=${first.department}`);
  await page.evaluate(() => (window.sameDocument = true));
  await page.getByRole('link', { name: /First Of Two/ }).click();
  await page.waitForURL(`**/courses/${first.id}`);
  await sees(page.getByRole('heading', { name: /First Of Two/ }));
  await page.goBack();
  await page.getByRole('link', { name: /Second Of Two/ }).click();
  await sees(page.getByRole('heading', { name: /Second Of Two/ }));
  await page.goBack();
  await page.goForward();
  await sees(page.getByRole('heading', { name: /Second Of Two/ }));
  assert.equal(await page.evaluate(() => window.sameDocument), true, 'no navigation loaded a new document');
});

test('routing: unknown addresses and courses are said to be unknown', async ({ visit }) => {
  const page = await visit(await newStudent());
  const answer = await page.goto('/no/such/page');
  assert.equal(answer.status(), 404);
  await sees(page.getByRole('heading', { name: 'There is no such page' }));
  await page.goto('/courses/00000000-0000-4000-8000-000000000000');
  await sees(page.getByText('There is no such course'));
});

test('routing: whoever must sign in first comes to where they wanted to go', async ({ visit }) => {
  const student = await newStudent();
  const page = await visit(null);
  await page.goto('/timetable?term=fall-2026');
  await page.waitForURL(/\/login\?next=/);
  await page.getByLabel('Email').fill(student.email);
  await page.getByLabel('Password').fill(student.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/timetable?term=fall-2026');
  await page.goto('/login?next=//evil.example');
  await page.waitForURL('**/dashboard');
  await page.goto('/');
  await page.waitForURL('**/dashboard');
});

test('routing: the palette finds a course by name', async ({ visit }) => {
  const course = await newCourse({ name: 'Palaeography of Keyboards' });
  const page = await visit(await newStudent());
  await page.goto('/dashboard');
  await ready(page);
  await page.keyboard.press('Control+k');
  await page.getByRole('searchbox', { name: 'Page, course or action' }).fill(course.code);
  await sees(page.getByRole('menuitem', { name: new RegExp(course.code) }));
  await page.keyboard.press('ArrowDown');
  await eventually(async () => {
    await page.keyboard.press('Enter');
    assert.match(page.url(), new RegExp(course.id));
  });
  await sees(page.getByRole('heading', { name: /Palaeography of Keyboards/ }));
});
