import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { as, demo, newCourse, newStudent, testTerm } from './support/api.mjs';
import { hasText, sees } from './support/page.mjs';
import { test } from './support/test.mjs';

test('teacher: sees the roster of their course and edits what is theirs', async ({ visit }) => {
  const { key } = await testTerm();
  const teacher = (await as(demo.teacher)).user;
  const course = await newCourse({
    name: 'Taught By Me',
    teacher_id: teacher.id,
    schedule: {},
  });
  const student = await newStudent('Sofia Kovalevskaya');
  await (await as(student)).post(`/courses/${course.id}/enroll`);

  const page = await visit(demo.teacher);
  await page.goto(`/timetable?term=${key}`);
  await page.getByRole('link', { name: new RegExp(course.code) }).click();
  await hasText(page.getByRole('row').filter({ hasText: 'Sofia Kovalevskaya' }), new RegExp(student.email));
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download' }).click(),
  ]);
  assert.match(download.suggestedFilename(), new RegExp(`^roster-${course.code}-001-.*\\.csv$`));
  const roster = await readFile(await download.path(), 'utf8');
  assert.match(roster, /Sofia Kovalevskaya/);
  assert.doesNotMatch(roster, new RegExp(student.user.student_id), 'the number is the registrar’s');

  await page.getByRole('link', { name: 'Edit course' }).click();
  await sees(page.getByLabel('Description'));
  assert.equal(await page.getByLabel('Seats').count(), 0, 'capacity belongs to the administration');
  await page.getByLabel('Description').fill('Bring a pencil.');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await sees(page.getByText('Bring a pencil.'));

  const foreign = await newCourse({ name: 'Taught By Others' });
  await page.goto(`/courses/${foreign.id}`);
  await sees(page.getByRole('heading', { name: /Taught By Others/ }));
  assert.equal(await page.getByRole('link', { name: 'Edit course' }).count(), 0);
  assert.equal(await page.getByRole('heading', { name: 'Roster' }).count(), 0);
});

test('roster: an administrator enrols above capacity with a reason, and takes it back', async ({ visit }) => {
  const course = await newCourse({ capacity: 1, schedule: {} });
  await (await as(await newStudent('Has The Seat'))).post(`/courses/${course.id}/enroll`);
  const extra = await newStudent(`Extra ${course.code}`);

  const page = await visit(demo.admin);
  await page.goto(`/courses/${course.id}`);
  await page.getByRole('button', { name: 'Enrol a student' }).click();
  const dialog = page.getByRole('dialog', { name: new RegExp(`Enrol a student in ${course.code}`) });
  await dialog.getByRole('combobox', { name: 'Student' }).fill(`Extra ${course.code}`);
  await page.getByRole('option', { name: new RegExp(`Extra ${course.code}`) }).click();
  await dialog.getByRole('button', { name: 'Enrol above capacity' }).click();
  await dialog.getByLabel('Reason').fill('Needs it to graduate');
  await dialog.getByRole('button', { name: 'Enrol', exact: true }).click();
  await sees(page.getByText(`Extra ${course.code} is enrolled in ${course.code}`));
  await sees(page.getByRole('row').filter({ hasText: extra.user.student_id }));
  await page.getByRole('button', { name: `Remove Extra ${course.code}` }).click();
  await sees(page.getByText(`Extra ${course.code} was taken off ${course.code}`));
});
