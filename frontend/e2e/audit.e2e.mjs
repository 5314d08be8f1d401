import assert from 'node:assert/strict';
import { asAdmin, demo, newCourse, newStudent, unique } from './support/api.mjs';
import { eventually, hasText, sees } from './support/page.mjs';
import { test } from './support/test.mjs';

test('audit: tells what an admin did, with both values, and leads to the person and the course', async ({
  visit,
}) => {
  const admin = await asAdmin();
  const course = await newCourse();
  const { user } = await newStudent(unique('Grace'));
  await admin.put(`/courses/${course.id}`, { capacity: 12 });
  await admin.put(`/users/${user.id}`, { department: 'MATH' });

  const page = await visit(demo.admin);
  await page.goto('/admin/audit');
  const entries = page.getByRole('listitem');
  await hasText(entries, new RegExp(`changed the department of ${user.full_name} to MATH`));
  const edit = entries.filter({ hasText: `capacity of ${course.code}` });
  await hasText(
    edit,
    new RegExp(`${admin.user.full_name} changed the capacity of ${course.code} from 5 to 12`),
  );
  await edit.getByRole('button', { name: /^Details of/ }).click();
  await hasText(edit.getByRole('table'), /Capacity\s+5\s+12/);

  await edit.getByRole('button', { name: `All about ${course.code}` }).click();
  await page.waitForURL(new RegExp(`object=${course.id}`));
  await eventually(async () => assert.equal(await entries.count(), 2, 'created and changed'));
  await sees(page.getByRole('combobox', { name: 'Which course' }));
  await eventually(async () =>
    assert.match(
      await page.getByRole('combobox', { name: 'Which course' }).inputValue(),
      new RegExp(course.code),
    ),
  );
  await page.getByRole('combobox', { name: 'What was done' }).selectOption('Course created');
  await eventually(async () => assert.equal(await entries.count(), 1));
  await page.getByLabel('Until').fill('2020-01-01');
  await sees(page.getByText('No entry matches'));
  await page.getByRole('button', { name: 'Clear the filters' }).first().click();
  await entries.filter({ hasText: course.code }).getByRole('link', { name: course.code }).first().click();
  await page.waitForURL(`**/courses/${course.id}`);
});

test('audit: filters come from the address, and back undoes one', async ({ visit }) => {
  const { user } = await newStudent(unique('Joan'));
  await (await asAdmin()).delete(`/users/${user.id}`);
  const page = await visit(demo.admin);
  await page.goto(`/admin/audit?subject=${user.id}`);
  await hasText(page.getByRole('listitem'), new RegExp(`deactivated the account of ${user.full_name}`));
  await page.getByRole('combobox', { name: 'Who did it' }).fill(user.full_name);
  await page.getByRole('option', { name: new RegExp(user.full_name) }).click();
  await sees(page.getByText('No entry matches'));
  await page.goBack();
  await hasText(page.getByRole('listitem'), new RegExp(user.full_name));
});
