import assert from 'node:assert/strict';
import { asAdmin, demo, newCourse, newStudent } from './support/api.mjs';
import { hasText, sees } from './support/page.mjs';
import { test } from './support/test.mjs';

test('terms: a registration window that has not opened closes the button, with the date', async ({
  visit,
}) => {
  const client = await asAdmin();
  const { last_year: year } = await client.get('/institution');
  const course = await newCourse({ semester: 'spring', year, schedule: {} });

  const admin = await visit(demo.admin);
  await admin.goto('/admin/terms');
  await admin.getByRole('button', { name: `Edit dates of Spring ${year}` }).click();
  const dialog = admin.getByRole('dialog', { name: `Dates of Spring ${year}` });
  await dialog.getByLabel('Registration opens').fill(`${year}-01-10T08:00`);
  await dialog.getByLabel('Registration closes').fill(`${year}-02-10T22:00`);
  await dialog.getByLabel('First day of classes').fill(`${year}-02-01`);
  await dialog.getByLabel('Last day of classes').fill(`${year}-06-15`);
  await dialog.getByRole('button', { name: 'Save dates' }).click();
  await hasText(admin.getByRole('listitem').filter({ hasText: `Spring ${year}` }), /Not yet/);

  const student = await visit(await newStudent());
  await student.goto(`/courses/${course.id}`);
  await sees(student.getByText(/Registration opens .*\./));
  const button = student.getByRole('button', { name: `Enrol in ${course.code}` });
  assert.equal(await button.getAttribute('aria-disabled'), 'true');

  await admin.getByRole('button', { name: `Edit dates of Spring ${year}` }).click();
  await dialog.getByLabel('Last day of classes').fill(`${year}-01-15`);
  await dialog.getByRole('button', { name: 'Save dates' }).click();
  await hasText(dialog, /(end|last|after|before)/i);
  await admin.keyboard.press('Escape');
});
