import assert from 'node:assert/strict';
import { as, BASE, newCourse, newStudent } from './support/api.mjs';
import { hasText, sees } from './support/page.mjs';
import { test } from './support/test.mjs';

test('calendar: an address is made, works, is renewed, and ends', async ({ visit }) => {
  const student = await newStudent();
  const course = await newCourse({
    name: 'In The Calendar',
    schedule: { monday: [{ time: '09:00-10:00', from: '2027-02-01', to: '2027-05-01' }] },
  });
  await (await as(student)).post(`/courses/${course.id}/enroll`);
  const page = await visit(student);
  await page.goto('/timetable');
  await page.getByRole('button', { name: 'Make an address' }).click();
  const field = page.getByLabel('Calendar address');
  await sees(field);
  await sees(page.getByText('Copy it now: it is not shown again.'));
  const first = await field.inputValue();
  assert.ok(first.startsWith(`${BASE}/api/v1/calendar/`), first);
  const answer = await fetch(first);
  assert.equal(answer.status, 200);
  assert.match(await answer.text(), /BEGIN:VEVENT[\s\S]*In The Calendar/);

  await page.reload();
  await hasText(page.getByRole('region', { name: 'In your own calendar' }), /You have an address since/);
  await page.getByRole('button', { name: 'Make a new address' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Make a new one' }).click();
  await sees(field);
  const second = await field.inputValue();
  assert.notEqual(second, first);
  assert.equal((await fetch(first)).status, 404, 'the old address ended');
  assert.equal((await fetch(second)).status, 200);

  await page.getByRole('button', { name: 'End it' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'End it' }).click();
  await sees(page.getByRole('button', { name: 'Make an address' }));
  assert.equal((await fetch(second)).status, 404, 'and so did this one');
});
