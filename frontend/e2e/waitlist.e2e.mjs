import { as, newCourse, newStudent, testTerm } from './support/api.mjs';
import { hasText, row, sees } from './support/page.mjs';
import { test } from './support/test.mjs';

test('waitlist: joins with a position, is promoted when a seat is freed, leaves only when sure', async ({
  visit,
}) => {
  const { key } = await testTerm();
  const course = await newCourse({ capacity: 1, schedule: { thursday: ['09:00-10:00'] } });
  const [holder, waiter] = [await newStudent('Holds The Seat'), await newStudent('Waits For It')];
  const client = await as(holder);
  const { id: seat } = await client.post(`/courses/${course.id}/enroll`);

  const page = await visit(waiter);
  await page.goto(`/courses?term=${key}&q=${course.code}`);
  await page.getByRole('button', { name: `Join waitlist of ${course.code}` }).click();
  await sees(page.getByText(`Number 1 on the waitlist of ${course.code}`));
  await hasText(row(page, course.code), /you are #1/);

  await page.getByRole('button', { name: `Leave waitlist of ${course.code}` }).click();
  const question = page.getByRole('alertdialog', { name: new RegExp(`Leave waitlist of ${course.code}`) });
  await hasText(question, /lose place 1/);
  await question.getByRole('button', { name: 'Cancel' }).click();

  await page.goto(`/courses/${course.id}`);
  await sees(page.getByText('You are number 1 on the waitlist'));
  await client.delete(`/courses/${course.id}/enroll/${seat}`);
  await page.reload();
  await sees(page.getByText('You are enrolled'));
});
