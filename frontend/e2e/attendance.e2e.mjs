import assert from 'node:assert/strict';
import { asAdmin, demo, newStudent } from './support/api.mjs';
import { isoDay, taughtCourse } from './support/marks.mjs';
import { eventually, hasText, ready, sees, seesNot } from './support/page.mjs';
import { test } from './support/test.mjs';

const NAMES = ['Ada Lovelace', 'Blaise Pascal', 'Carl Gauss', 'Daniel Bernoulli'];

test('attendance: a class in one save, by keyboard alone', async ({ visit }) => {
  const names = Array.from({ length: 30 }, (_, at) => `Student ${String.fromCharCode(65 + at)} Number ${at}`);
  const { path, students } = await taughtCourse(names);
  const page = await visit(demo.teacher);
  const saves = [];
  page.on('request', (request) => request.method() === 'PUT' && saves.push(request.url()));
  await page.goto(`${path}/attendance`);
  await ready(page);
  await page.getByRole('button', { name: 'Everybody present' }).press('Enter');
  await page.getByRole('radiogroup').first().getByRole('radio', { checked: true }).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('a');
  await page.keyboard.press('l');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('e');
  await sees(page.getByText(/27 present · 1 absent · 1 late · 1 excused/));
  await page.keyboard.press('Control+s');
  await sees(page.getByText('The roll of today is saved: 30 students'));
  assert.equal(saves.length, 1, 'one request for the class');

  await page.reload();
  await ready(page);
  await sees(page.getByText(/27 present · 1 absent · 1 late · 1 excused/));
  const second = page.getByRole('radiogroup').nth(1);
  assert.equal(await second.getByRole('radio', { name: 'Absent' }).isChecked(), true);

  const ada = await visit(students[1]);
  await ada.goto('/attendance');
  await ada.getByRole('button', { name: /0 %\s*1 absent/ }).click();
  await sees(ada.getByText('Absent', { exact: true }));
});

test('attendance: somebody else was faster, and a correction is kept', async ({ visit }) => {
  const { path, course, students } = await taughtCourse(NAMES);
  const page = await visit(demo.teacher);
  await page.goto(`${path}/attendance`);
  await ready(page);
  await page.getByRole('button', { name: 'Everybody present' }).click();
  await (
    await asAdmin()
  ).put(`/attendance/course/${course.id}/bulk`, {
    date: isoDay(),
    records: [{ enrollment_id: students[0].enrollment, status: 'late' }],
  });
  await page.getByRole('button', { name: 'Save roll' }).click();
  await sees(page.getByText('1 student could not be marked; everybody else is saved.'));
  const row = page.getByRole('listitem').filter({ hasText: 'Ada Lovelace' });
  await hasText(row, /Somebody else marked Late meanwhile, you Present/);
  await row.getByRole('button', { name: 'Keep mine' }).click();
  await seesNot(page.getByText('Somebody else marked'));

  await row.getByRole('button', { name: 'Ada Lovelace', exact: true }).click();
  const record = page.getByRole('dialog', { name: 'Ada Lovelace' });
  await hasText(record, /Present[\s\S]*Corrected[\s\S]*→ Present[\s\S]*Grace Okafor/);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Corrections' }).click();
  const corrections = page.getByRole('region', { name: 'Corrections, newest first' });
  await hasText(corrections, /Ada Lovelace[\s\S]*→ Present[\s\S]*Grace Okafor/);
});

test('attendance: a make-up class on another day, and who misses too much', async ({ visit }) => {
  const admin = await asAdmin();
  const { semester, year } = (await admin.get('/terms')).items.find((term) => term.is_current);
  const { path, course, students } = await taughtCourse(NAMES, { semester, year });
  const days = [-1, -2, -3, -4];
  for (const [at, day] of days.entries()) {
    await admin.put(`/attendance/course/${course.id}/bulk`, {
      date: isoDay(day),
      make_up: true,
      records: students.map(({ enrollment }, index) => ({
        enrollment_id: enrollment,
        status: index === 2 && at < 2 ? 'absent' : 'present',
      })),
    });
  }
  const page = await visit(demo.teacher);
  await page.goto(`${path}/attendance`);
  await ready(page);
  await page.getByRole('button', { name: 'Another day…' }).click();
  await page.getByLabel('Day of the class').fill(isoDay(-5));
  await ready(page);
  await page.getByRole('button', { name: 'Everybody present' }).click();
  await page.getByRole('button', { name: 'Save roll' }).click();
  await sees(page.getByText(/There is no class on this day/));
  await page.getByLabel('Make-up class').check();
  await page.getByRole('button', { name: 'Save roll' }).click();
  await sees(page.getByText(/is saved: 4 students/));

  await page.getByRole('button', { name: 'Rates' }).click();
  await sees(page.getByText('1 student missed a quarter of the classes or more.'));
  await hasText(page.getByRole('row').nth(1), /Carl Gauss\s*60 %/);
});

test('attendance: unsaved marks are asked about; the page is closed to others', async ({ visit }) => {
  const { path } = await taughtCourse(NAMES);
  const page = await visit(demo.teacher);
  await page.goto(`${path}/attendance`);
  await ready(page);
  await page.getByRole('radio', { name: 'Present' }).first().check();
  await page.keyboard.press('g');
  await page.keyboard.press('h');
  const question = page.getByRole('alertdialog', { name: 'Leave without saving?' });
  await question.getByRole('button', { name: 'Leave' }).click();
  await page.waitForURL('**/dashboard');

  const other = await visit(await newStudent());
  await other.goto(`${path}/attendance`);
  await sees(other.getByText('You cannot take the roll of this course'));
});

test('attendance: the home page of a teacher leads to the roll of today', async ({ visit }) => {
  const page = await visit(demo.teacher);
  await page.goto('/dashboard');
  await ready(page);
  const rolls = page.getByRole('region', { name: 'Rolls of today' });
  // Whether the seeded teacher has a class today depends on the day.
  if ((await rolls.count()) === 0) return;
  await rolls
    .getByRole('link', { name: /Take roll|Roll taken/ })
    .first()
    .click();
  await page.waitForURL(/\/attendance\?date=/);
  await eventually(async () => assert.ok((await page.getByRole('radiogroup').count()) > 0));
});
