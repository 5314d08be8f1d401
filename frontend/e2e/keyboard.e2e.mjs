import assert from 'node:assert/strict';
import { newCourse, newStudent, testTerm } from './support/api.mjs';
import { eventually, sees, ready } from './support/page.mjs';
import { test } from './support/test.mjs';

const focused = (page) =>
  page.evaluate(
    () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '',
  );

async function tabTo(page, pattern, most = 40) {
  for (let step = 0; step < most; step += 1) {
    if (pattern.test(await focused(page))) return;
    await page.keyboard.press('Tab');
  }
  assert.match(await focused(page), pattern, 'reached by Tab alone');
}

test('keyboard: signs in, searches, enrols and drops without a mouse', async ({ visit }) => {
  const { key } = await testTerm();
  const course = await newCourse({ name: 'Without A Mouse', schedule: { wednesday: ['09:00-10:00'] } });
  const other = await newCourse({ code: `${course.department}996`, name: 'Without Another', schedule: {} });
  const student = await newStudent();
  const page = await visit(null);
  await page.goto(`/login?next=${encodeURIComponent(`/courses?term=${key}`)}`);
  await page.keyboard.press('Tab');
  await page.keyboard.type(student.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(student.password);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/courses?term=*');
  await sees(page.getByRole('table'));

  await page.keyboard.press('/');
  assert.equal(await focused(page), 'Search courses');
  await page.keyboard.type(course.department);
  await sees(page.getByText('2 courses ·'));
  // The count may be there before the rows are: a row that goes away takes the focus with it.
  await eventually(async () => assert.equal(await page.getByRole('row').count(), 3));
  await ready(page);
  await tabTo(page, /Without (A Mouse|Another)/);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  const [name] = /Without (A Mouse|Another)/.exec(await focused(page)) ?? [];
  const [chosen] = [course, other].filter((each) => each.name === name);
  await page.keyboard.press('e');
  await sees(page.getByText(`Enrolled in ${chosen.code}`));

  await tabTo(page, new RegExp(`^Drop ${chosen.code}`));
  await page.keyboard.press('Enter');
  await sees(page.getByText(`Dropped ${chosen.code}`));
  await sees(page.getByRole('button', { name: `Enrol in ${chosen.code}` }));
  await page.keyboard.press('F6');
  await eventually(async () => {
    await page.keyboard.press('Tab');
    assert.equal(await focused(page), 'Undo');
  });
  await page.keyboard.press('Enter');
  await sees(page.getByRole('button', { name: `Drop ${chosen.code}` }));
});

test('keyboard: keys are explained, and single letters can be switched off', async ({ visit }) => {
  const page = await visit(await newStudent());
  await page.goto('/dashboard');
  await ready(page);
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await page.waitForURL('**/courses');
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await help.getByLabel('Single-key shortcuts').uncheck();
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.waitForTimeout(300);
  assert.equal(await help.count(), 0);
  await page.keyboard.press('Control+k');
  await sees(page.getByRole('dialog', { name: 'Go to' }));
});
