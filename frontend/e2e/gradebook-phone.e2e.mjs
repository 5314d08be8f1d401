import assert from 'node:assert/strict';
import { demo } from './support/api.mjs';
import { gradedCourse } from './support/marks.mjs';
import { ready, sees } from './support/page.mjs';
import { test } from './support/test.mjs';

const COLUMNS = [
  ['Homework 1', '10', '0.40'],
  ['Quiz 1', '20', '0.60'],
];

test('gradebook: on a phone, one assignment at a time', async ({ visit }) => {
  const { path } = await gradedCourse(['Ada Lovelace', 'Blaise Pascal'], COLUMNS);
  const page = await visit(demo.teacher, { width: 390, height: 844, touch: true });
  await page.goto(`${path}/gradebook`);
  await ready(page);
  assert.equal(await page.getByRole('grid').count(), 0);
  await page.getByLabel('Assignment', { exact: true }).selectOption({ index: 0 });
  await page.getByLabel('Homework 1 of Ada Lovelace').fill('8.5');
  await page.getByLabel('Homework 1 of Blaise Pascal').fill('80');
  await sees(page.getByText('More than the maximum, 10.'));
  await page.getByRole('button', { name: 'Save 1' }).click();
  await sees(page.getByText('1 mark saved'));
});

test('gradebook: is closed to students and other teachers', async ({ visit }) => {
  const { path, students } = await gradedCourse(['Ada Lovelace'], COLUMNS);
  const page = await visit(students[0]);
  await page.goto(`${path}/gradebook`);
  await sees(page.getByText('You cannot see this gradebook'));
});
