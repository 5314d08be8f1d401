import assert from 'node:assert/strict';
import { as, newCourse, newStudent, testTerm, unique } from './support/api.mjs';
import { eventually, hasText, row, search, sees, seesNot } from './support/page.mjs';
import { test } from './support/test.mjs';

test('student: registers, and is explained what is wrong beside the field', async ({ visit }) => {
  const page = await visit(null);
  await page.goto('/register');
  const email = `${unique('emmy')}@example.edu`;
  await page.getByLabel('Full name').fill('Emmy Noether');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill('too short');
  await page.getByRole('button', { name: 'Create account' }).click();
  await sees(page.getByText('Use at least 12 characters.'));
  assert.equal(await page.getByLabel('Password').getAttribute('aria-invalid'), 'true');

  await page.getByLabel('Password').fill('a long enough password');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL('**/dashboard');
  await sees(page.getByRole('heading', { name: /Good \w+, Emmy/ }));
  await sees(page.getByText('You have no courses yet'));

  const again = await visit(null);
  await again.goto('/register');
  await again.getByLabel('Full name').fill('Emmy Noether');
  await again.getByLabel('Email').fill(email);
  await again.getByLabel('Password').fill('a long enough password');
  await again.getByRole('button', { name: 'Create account' }).click();
  await eventually(async () =>
    assert.equal(await again.getByLabel('Email').getAttribute('aria-invalid'), 'true'),
  );
});

test('student: a wrong password is told without leaving the page', async ({ visit }) => {
  const student = await newStudent();
  const page = await visit(null);
  await page.goto('/login');
  await page.getByLabel('Email').fill(student.email);
  await page.getByLabel('Password').fill('not the password at all');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await eventually(async () =>
    assert.equal(await page.getByLabel('Password').getAttribute('aria-invalid'), 'true'),
  );
  await page.getByLabel('Password').fill(student.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/dashboard');
});

test('student: searches, sees the clash first, enrols, finds it in the week, drops and undoes', async ({
  visit,
}) => {
  const { key } = await testTerm();
  const first = await newCourse({
    name: 'Invariant Theory',
    schedule: { monday: ['09:00-11:00'] },
    room: unique('R'),
  });
  const rival = await newCourse({ name: 'Rival Theory', schedule: { monday: ['10:00-12:00'] } });
  const neighbour = await newCourse({ name: 'Touching Theory', schedule: { monday: ['11:00-12:00'] } });
  const student = await newStudent();

  const page = await visit(student);
  await page.goto(`/courses?term=${key}`);
  await search(page, first.code);
  await sees(page.getByText('1 course ·'));
  assert.match(page.url(), new RegExp(`q=${first.code}`), 'the search is in the address');
  await page.getByRole('button', { name: `Enrol in ${first.code}` }).click();
  await sees(page.getByText(`Enrolled in ${first.code}`));
  await sees(page.getByRole('button', { name: `Drop ${first.code}` }));

  await search(page, rival.code);
  await hasText(row(page, rival.code), new RegExp(`clashes with ${first.code}`));
  await sees(page.getByRole('button', { name: `Swap with ${first.code}: take ${rival.code}` }));

  await search(page, neighbour.code);
  await hasText(row(page, neighbour.code), /Mo 11:00–12:00/);
  assert.doesNotMatch(
    await row(page, neighbour.code).innerText(),
    /clashes/,
    'hours that touch do not clash',
  );

  await page.goto(`/timetable?term=${key}`);
  const block = page
    .getByRole('list', { name: 'Monday' })
    .getByRole('link', { name: new RegExp(first.code) });
  await hasText(block, /Invariant Theory[\s\S]*09:00–11:00/);
  await block.click();
  await page.waitForURL(`**/courses/${first.id}`);
  await sees(page.getByText('You are enrolled'));
  await page.getByRole('button', { name: `Drop ${first.code}` }).click();
  await sees(page.getByText(`Dropped ${first.code}`));
  await sees(page.getByText('You can have a seat'));
  await page
    .getByRole('alertdialog')
    .filter({ hasText: `Dropped ${first.code}` })
    .getByRole('button', { name: 'Undo' })
    .click();
  await sees(page.getByText('You are enrolled'));
  // Shown before the server has agreed; the notice comes after.
  await sees(page.getByText(`Enrolled in ${first.code}`));
  await page.goto(`/timetable?term=${key}`);
  await sees(page.getByRole('link', { name: new RegExp(first.code) }));
});

test('student: a refusal of the server takes the seat back and says why', async ({ visit }) => {
  const { key } = await testTerm();
  const course = await newCourse({ capacity: 1, schedule: {} });
  const [student, faster] = [await newStudent(), await newStudent('Somebody Faster')];
  const page = await visit(student);
  await page.goto(`/courses?term=${key}&q=${course.code}`);
  await sees(page.getByRole('button', { name: `Enrol in ${course.code}` }));

  await (await as(faster)).post(`/courses/${course.id}/enroll`);
  await page.getByRole('button', { name: `Enrol in ${course.code}` }).click();
  await sees(page.getByText(`Not enrolled in ${course.code}`));
  await sees(page.getByRole('button', { name: `Join waitlist of ${course.code}` }));
  await seesNot(page.getByRole('button', { name: `Drop ${course.code}` }));
});

test('student: filters narrow the list, survive a reload and go back', async ({ visit }) => {
  const { key } = await testTerm();
  const held = await newCourse({ schedule: { tuesday: ['09:00-10:00'] } });
  const department = held.department;
  const clashing = await newCourse({ code: `${department}998`, schedule: { tuesday: ['09:30-10:30'] } });
  const free = await newCourse({ code: `${department}999`, schedule: { friday: ['09:00-10:00'] } });
  const student = await newStudent();
  const page = await visit(student);

  await page.goto(`/courses?term=${key}&department=${department}`);
  await page.getByRole('button', { name: `Enrol in ${held.code}` }).click();
  await sees(page.getByRole('button', { name: `Drop ${held.code}` }));
  await page.getByRole('button', { name: 'Fits my week' }).click();
  await seesNot(row(page, clashing.code));
  await sees(row(page, free.code));
  await page.getByLabel('Weekday').selectOption('Friday');
  await sees(page.getByText('1 course ·'));
  await page.reload();
  await sees(row(page, free.code));
  assert.equal(await page.getByLabel('Weekday').inputValue(), 'friday');
  assert.equal(await page.getByRole('button', { name: 'Fits my week' }).getAttribute('aria-pressed'), 'true');
  await page.goBack();
  await eventually(async () => assert.equal(await page.getByLabel('Weekday').inputValue(), ''));
  await page.getByRole('button', { name: 'Course', exact: true }).click();
  assert.match(page.url(), /sort=name/);
});
