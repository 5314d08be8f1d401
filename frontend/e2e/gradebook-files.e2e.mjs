import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { asAdmin, demo } from './support/api.mjs';
import { COLUMNS, openGradebook, shows } from './support/gradebook.mjs';
import { gradedCourse, saveMarks } from './support/marks.mjs';
import { hasText, sees } from './support/page.mjs';
import { test } from './support/test.mjs';

const fileOf = (text) => ({ name: 'marks.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });

async function openImport(page, path) {
  await openGradebook(page, path);
  await page.getByRole('button', { name: 'Import' }).click();
  return page.getByRole('dialog', { name: 'Import marks' });
}

test('gradebook: a file is tried first, each cell left out is named, and then written', async ({ visit }) => {
  const { path, students } = await gradedCourse(['Ada Lovelace', 'Blaise Pascal'], COLUMNS, [['5']]);
  const [ada, blaise] = students.map(({ email }) => email);
  const page = await visit(demo.teacher);
  const dialog = await openImport(page, path);
  const write = dialog.getByRole('button', { name: /^Write/ });
  const csv = `Email;Homework 1;Quiz 1\n${ada};6;17,5\n${blaise};11;x\nno@body.test;1;1\n`;
  await dialog.getByLabel('File').setInputFiles(fileOf(csv));
  const left = dialog.getByRole('region', { name: 'Cells that are left out' });
  await hasText(left, /B2\s*Ada Lovelace\s*Homework 1\s*6\s*5 is there already/);
  await hasText(left, /B3\s*Blaise Pascal\s*Homework 1\s*11\s*At most 10/);
  await hasText(
    left,
    /C3\s*Blaise Pascal\s*Quiz 1\s*x[\s\S]*B4\s*no@body.test\s*Homework 1\s*1\s*No such student/,
  );
  await sees(dialog.getByRole('button', { name: 'Write 1 mark' }));

  const strict = dialog.getByLabel(/^All or nothing/);
  await strict.check();
  assert.equal(await write.getAttribute('aria-disabled'), 'true');
  await strict.uncheck();
  await dialog.getByLabel('Replace marks that are there already').check();
  const replaced = dialog.getByRole('region', { name: 'Marks that are replaced' });
  await hasText(replaced, /Ada Lovelace\s*Homework 1\s*5 → 6/);
  await shows(page, 'Ada Lovelace', ['5', '']);
  await dialog.getByRole('button', { name: 'Write 2 marks' }).click();
  await sees(page.getByText('2 marks written'));
  await shows(page, 'Ada Lovelace', ['6', '17.5']);
  await shows(page, 'Blaise Pascal', ['', '']);
});

test('gradebook: what was exported is imported again, and never over a mark that was changed since', async ({
  visit,
}) => {
  const { path, course, students } = await gradedCourse(['Ada Lovelace'], COLUMNS, [['5', '10']]);
  const page = await visit(demo.teacher);
  await openGradebook(page, path);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export' }).click(),
  ]);
  assert.match(download.suggestedFilename(), /^marks-.*\.csv$/);
  const exported = await readFile(await download.path(), 'utf8');
  assert.ok(exported.startsWith('\uFEFF'), 'spreadsheets take it for UTF-8');
  const mended = exported.replace('5.00', '7.50').replace('10.00', '11.00');
  const [{ enrollment }] = students;
  await saveMarks(await asAdmin(), course.id, [{ enrollment, assignment: 'Homework 1', score: '1' }]);

  await page.getByRole('button', { name: 'Import' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import marks' });
  await dialog.getByLabel('File').setInputFiles(fileOf(mended));
  const left = dialog.getByRole('region', { name: 'Cells that are left out' });
  await hasText(left, /Homework 1\s*7\.50\s*1 is there already/);
  await dialog.getByLabel('Replace marks that are there already').check();
  await hasText(left, /Homework 1\s*7\.50\s*1 is there already/);
  await dialog.getByRole('button', { name: 'Write 1 mark' }).click();
  await sees(page.getByText('1 mark written'));
  await shows(page, 'Ada Lovelace', ['1', '11']);
});

test('gradebook: a file that cannot be used says which column is wrong', async ({ visit }) => {
  const { path } = await gradedCourse(['Ada Lovelace'], COLUMNS);
  const page = await visit(demo.teacher);
  const dialog = await openImport(page, path);
  await dialog.getByLabel('File').setInputFiles(fileOf('Student,Essay\nAda Lovelace,5\n'));
  await hasText(
    dialog.getByRole('alert'),
    /Column B: The course has no such assignment[\s\S]*Column A: Name the students/,
  );
  assert.equal(await dialog.getByRole('button', { name: 'Write' }).getAttribute('aria-disabled'), 'true');
});
