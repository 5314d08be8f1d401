import assert from 'node:assert/strict';
import { asAdmin, demo, newCourse, testTerm, unique, uniqueCode } from './support/api.mjs';
import { eventually, hasText, sees } from './support/page.mjs';
import { test } from './support/test.mjs';

/** Where an hour of a column lies on the screen; the editor shows 07:00 to 21:00 until told otherwise. */
async function point(page, column, hour, columns = 5) {
  const grid = page.getByTestId('week-editor');
  await grid.scrollIntoViewIfNeeded();
  const box = await grid.boundingBox();
  return [box.x + (box.width * (column + 0.5)) / columns, box.y + (box.height * (hour - 7)) / 14];
}

async function drag(page, from, to) {
  await page.mouse.move(...from);
  await page.mouse.down();
  await page.mouse.move(...to, { steps: 6 });
  await page.mouse.up();
}

test('admin: creates a course on the week grid with mouse and keyboard, then edits it', async ({ visit }) => {
  const { year } = await testTerm();
  const code = uniqueCode();
  const teacher = await (
    await asAdmin()
  ).post('/users', {
    email: `${unique('grid')}@example.edu`,
    role: 'teacher',
    full_name: `Teacher of ${code}`,
  });
  const page = await visit(demo.admin, { height: 1500 });
  await page.goto('/admin/courses/new');
  await page.getByLabel('Code').fill(code);
  await page.getByLabel('Title').fill('Drawing Weeks');
  await page.getByLabel('Semester').selectOption('Summer');
  await page.getByLabel('Year').fill(String(year));

  await drag(page, await point(page, 0, 9.05), await point(page, 0, 10.5));
  const monday = page.getByRole('button', { name: /^Monday 09:00–10:30/ });
  await sees(monday);
  await drag(page, await point(page, 0, 9.5), await point(page, 2, 13.5));
  const moved = page.getByRole('button', { name: /^Wednesday 13:00–14:30/ });
  await sees(moved);
  await moved.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Shift+ArrowDown');
  await sees(page.getByRole('button', { name: /^Thursday 12:45–14:30/ }));

  await page.getByRole('button', { name: 'Add a time' }).click();
  await eventually(async () => {
    const focused = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    assert.match(focused ?? '', /^Monday 12:45–14:30/, 'the new time has the focus');
  });
  await page.keyboard.press('Delete');
  await eventually(async () => assert.equal(await page.getByLabel('Begins').count(), 1));
  await page.getByLabel('Ends').fill('15:00');
  await page.getByLabel('Ends').press('Enter');
  await sees(page.getByRole('button', { name: /^Thursday 12:45–15:00/ }));

  await page.getByRole('combobox', { name: 'Teacher' }).fill(teacher.full_name);
  await page.getByRole('option', { name: new RegExp(teacher.full_name) }).click();
  await page.getByRole('button', { name: 'Create course' }).click();
  await page.waitForURL(/\/courses\/[0-9a-f-]{36}$/);
  await sees(page.getByRole('heading', { name: new RegExp(`${code}.*Drawing Weeks`) }));
  await hasText(page.getByRole('listitem').filter({ hasText: 'Thursday' }), /12:45–15:00/);
  await sees(page.getByText(teacher.full_name));

  await page.getByRole('link', { name: 'Edit course' }).click();
  await page.getByLabel('Title').fill('Drawing Better Weeks');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await sees(page.getByRole('heading', { name: /Drawing Better Weeks/ }));
});

test('admin: what the server refuses stands beside its field', async ({ visit }) => {
  const room = unique('Hall').slice(0, 20);
  const holder = await newCourse({ name: 'Holds The Room', room, schedule: { friday: ['09:00-11:00'] } });
  const course = await newCourse({ name: 'Wants The Room', schedule: { friday: ['10:00-12:00'] } });
  const page = await visit(demo.admin);
  await page.goto(`/courses/${course.id}/edit`);
  await page.getByLabel('Room').first().fill(room);
  await page.getByRole('button', { name: 'Save changes' }).click();
  const refusal = page.getByText(
    new RegExp(`${room} is taken by ${holder.code} Holds The Room on Friday`, 'i'),
  );
  await sees(refusal);
  assert.equal(await page.getByLabel('Room').first().getAttribute('aria-invalid'), 'true');

  await page.getByLabel('Room').first().fill('');
  await page.getByLabel('Code').fill('nonsense');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await eventually(async () =>
    assert.equal(await page.getByLabel('Code').getAttribute('aria-invalid'), 'true'),
  );
  await page.getByLabel('Code').fill(course.code);
  await page.getByLabel('Seats').fill('none');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await sees(page.getByText('Enter the seats as a whole number.'));
});

test('admin: two who edit at once see both values and choose', async ({ visit }) => {
  const course = await newCourse({ name: 'Before Anybody' });
  const page = await visit(demo.admin);
  await page.goto(`/courses/${course.id}/edit`);
  await page.getByLabel('Title').fill('What I Wrote');
  await (await asAdmin()).put(`/courses/${course.id}`, { name: 'What They Wrote' });
  await page.getByRole('button', { name: 'Save changes' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Somebody else changed this course' });
  await hasText(dialog, /What I Wrote[\s\S]*What They Wrote/);
  await dialog.getByRole('button', { name: 'Save mine' }).click();
  await sees(page.getByRole('heading', { name: /What I Wrote/ }));
});

test('admin: deactivates a course and offers it again', async ({ visit }) => {
  const course = await newCourse();
  const page = await visit(demo.admin);
  await page.goto(`/courses/${course.id}/edit`);
  await page.getByRole('button', { name: 'Deactivate' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Deactivate' }).click();
  await sees(page.getByText('This course is not offered any more.'));
  await page.goto(`/courses/${course.id}/edit`);
  await page.getByRole('button', { name: 'Offer again' }).click();
  await sees(page.getByRole('heading', { name: 'Roster' }));
  await eventually(async () =>
    assert.equal(await page.getByText('This course is not offered any more.').count(), 0),
  );
});
