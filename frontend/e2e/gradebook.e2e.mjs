import assert from 'node:assert/strict';
import { as, asAdmin, demo } from './support/api.mjs';
import { COLUMNS, openGradebook, shows } from './support/gradebook.mjs';
import { gradedCourse, saveMarks } from './support/marks.mjs';
import { eventually, hasText, sees, seesNot } from './support/page.mjs';
import { test } from './support/test.mjs';

async function paste(page, text) {
  await page.evaluate((block) => navigator.clipboard.writeText(block), text);
  await page.keyboard.press('Control+v');
}

test('gradebook: a block is pasted, undone, mended and saved in one request', async ({ visit }) => {
  const { path } = await gradedCourse(['Ada Lovelace', 'Blaise Pascal', 'Carl Gauss'], COLUMNS);
  const page = await visit(demo.teacher);
  const saves = [];
  page.on('request', (request) => request.method() === 'PUT' && saves.push(request.url()));
  await openGradebook(page, path);

  await paste(page, '8\t15\r\n9,5\t21\r\n7\t12\r\n');
  await shows(page, 'Ada Lovelace', ['8', '15']);
  await sees(page.getByText('5 not saved'));
  await page.keyboard.press('Control+z');
  await shows(page, 'Ada Lovelace', ['', '']);
  await page.keyboard.press('Control+y');
  await shows(page, 'Carl Gauss', ['7', '12']);

  const wrong = page.getByRole('row').filter({ hasText: 'Blaise Pascal' }).getByRole('gridcell').nth(1);
  assert.equal(await wrong.getAttribute('aria-invalid'), 'true', '21 of 20 is kept, and marked');
  await hasText(wrong, /More than the maximum, 20/);
  await wrong.click();
  await page.keyboard.type('20');
  await page.keyboard.press('Enter');
  await sees(page.getByText('6 not saved'));

  await page.keyboard.press('Control+s');
  await sees(page.getByText('6 marks saved'));
  assert.equal(saves.length, 1, 'one request for all');
  await page.reload();
  await shows(page, 'Blaise Pascal', ['9.5', '20']);
  await hasText(page.getByRole('row').filter({ hasText: 'Blaise Pascal' }), /98\.00\s*A/);
});

test('gradebook: moves, selects, copies and clears by keyboard alone', async ({ visit }) => {
  const { path } = await gradedCourse(['Ada Lovelace', 'Blaise Pascal'], COLUMNS);
  const page = await visit(demo.teacher);
  const grid = await openGradebook(page, path);
  await page.keyboard.type('4');
  await page.keyboard.press('Tab');
  await page.keyboard.type('5');
  await page.keyboard.press('Enter');
  await page.keyboard.type('6');
  await page.keyboard.press('Escape');
  await shows(page, 'Ada Lovelace', ['4', '5']);
  await shows(page, 'Blaise Pascal', ['', '']);

  await page.keyboard.press('Control+Home');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await sees(page.getByText('2 cells selected'));
  await page.keyboard.press('Control+c');
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), '4\t5');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Control+v');
  await shows(page, 'Blaise Pascal', ['4', '5']);
  await page.keyboard.press('Delete');
  await shows(page, 'Blaise Pascal', ['', '']);

  const drawn = await page.evaluate(
    (id) => document.getElementById(id)?.getAttribute('aria-colindex'),
    await grid.getAttribute('aria-activedescendant'),
  );
  assert.equal(drawn, '3', 'the active cell is the end of what was pasted');
  await page.keyboard.press('Tab');
  assert.notEqual(await page.evaluate(() => document.activeElement?.getAttribute('role')), 'grid', 'no trap');
});

test('gradebook: two graders, nothing is overwritten, and each value can be chosen', async ({ visit }) => {
  const { path, course, students } = await gradedCourse(['Ada Lovelace', 'Blaise Pascal'], COLUMNS, [
    ['5', '10'],
    ['6', '12'],
  ]);
  const page = await visit(demo.teacher);
  await openGradebook(page, path);
  await paste(page, '8\n9\n');
  const [ada, blaise] = students.map(({ enrollment }) => enrollment);
  await saveMarks(await asAdmin(), course.id, [
    { enrollment: ada, assignment: 'Homework 1', score: '1' },
    { enrollment: blaise, assignment: 'Homework 1', score: '2' },
  ]);
  await page.keyboard.press('Control+s');
  const conflicts = page.getByRole('region', { name: 'Marks changed by somebody else' });
  await hasText(conflicts, /Ada Lovelace[\s\S]*yours 8, saved 1[\s\S]*Blaise Pascal[\s\S]*yours 9, saved 2/);

  await conflicts.getByRole('button', { name: 'Keep mine, 8, for Ada Lovelace' }).click();
  await conflicts.getByRole('button', { name: 'Take theirs, 2, for Blaise Pascal' }).click();
  await seesNot(conflicts);
  await page.getByRole('button', { name: 'Save 1' }).click();
  await sees(page.getByText('1 mark saved'));
  await page.reload();
  await shows(page, 'Ada Lovelace', ['8', '10']);
  await shows(page, 'Blaise Pascal', ['2', '12']);

  await page.getByRole('row').filter({ hasText: 'Ada Lovelace' }).getByRole('gridcell').first().click();
  await page.keyboard.press('Shift+F2');
  const history = page.getByRole('complementary', { name: 'Ada Lovelace · Homework 1' });
  await hasText(history, /1 → 8[\s\S]*5 → 1[\s\S]*empty → 5/);
  await page.keyboard.press('Escape');
  await seesNot(history);
  await eventually(async () =>
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('role')), 'grid'),
  );
});

test('gradebook: finals lock, a change is requested and approved, the student sees the working', async ({
  visit,
}) => {
  const names = ['Ada Lovelace', 'Blaise Pascal', 'Without Marks'];
  const { path, course, students } = await gradedCourse(names, COLUMNS, [
    ['5', '10'],
    ['10', '20'],
  ]);
  const page = await visit(demo.teacher);
  const grid = await openGradebook(page, path);
  await page.getByRole('button', { name: 'Submit finals' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Submit finals' });
  await hasText(
    dialog.getByRole('region', { name: '1 student cannot be submitted' }),
    /Without Marks\s*no mark yet/,
  );
  await hasText(dialog.getByRole('region', { name: '2 finals to submit' }), /Ada Lovelace\s*50\.00 % F/);
  await dialog.getByRole('button', { name: 'Submit 2 finals' }).click();
  await seesNot(dialog);
  await sees(page.getByText('2 finals submitted').first());

  await grid.focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.type('9');
  await sees(page.getByText('locked, the final is submitted').last());
  await shows(page, 'Ada Lovelace', ['5', '10']);
  await page.keyboard.press('Enter');
  const panel = page.getByRole('complementary', { name: 'Ada Lovelace · Homework 1' });
  await panel.getByRole('button', { name: 'Request a change' }).click();
  await panel.getByLabel('New mark').fill('7.5');
  await panel.getByLabel('Reason').fill('A page was overlooked.');
  await panel.getByRole('button', { name: 'Request', exact: true }).click();
  await hasText(panel, /Asked for: Homework 1 7\.5/);

  const office = await visit(demo.admin);
  await office.goto('/dashboard');
  await office.getByRole('link', { name: /grade changes? to decide/ }).click();
  const request = office.getByRole('listitem').filter({ hasText: course.code });
  await hasText(request, /Ada Lovelace[\s\S]*Homework 1: 5 → 7\.5[\s\S]*A page was overlooked/);
  await request.getByRole('button', { name: 'Approve' }).click();
  await sees(office.getByText('The mark of Ada Lovelace is changed'));

  const ada = await visit(students[0]);
  await ada.goto('/grades');
  await ada.getByRole('button', { name: new RegExp(course.code) }).click();
  const working = ada.getByRole('table', { name: 'Marks and what each adds to the final' });
  await hasText(working, /Homework 1\s*7\.5 \/ 10\s*75 %\s*40 %\s*30\.00/);
  await hasText(working, /Quiz 1\s*10 \/ 20\s*50 %\s*60 %\s*30\.00[\s\S]*Final\s*60\.00 %/);
});

test('gradebook: assignments are added, moved and edited, and deleted only without marks', async ({
  visit,
}) => {
  const { path } = await gradedCourse(['Ada Lovelace'], COLUMNS, [['5']]);
  const page = await visit(demo.teacher);
  const grid = await openGradebook(page, path);
  await page.getByRole('button', { name: 'Assignment', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'New assignment' });
  await dialog.getByLabel('Name').fill('Project');
  await dialog.getByLabel('Maximum').fill('1000');
  await dialog.getByLabel('Weight in %').fill('25');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await sees(dialog.getByText('More than the maximum, 999.99.'));
  await dialog.getByLabel('Maximum').fill('40');
  await dialog.getByLabel('Place').selectOption('Before Homework 1');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await seesNot(dialog);
  await sees(page.getByText('weights sum to 125 %'));
  const headings = page.getByRole('columnheader');
  await eventually(async () => assert.match(await headings.nth(1).innerText(), /Project/));

  await grid.focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  const edit = page.getByRole('dialog', { name: 'Edit Project' });
  await edit.getByLabel('Weight in %').fill('');
  await edit.getByRole('button', { name: 'Save' }).click();
  await seesNot(edit);
  await sees(page.getByText(/1 without a weight does not count/));

  await headings.filter({ hasText: 'Project' }).click();
  await edit.getByRole('button', { name: 'Delete' }).click();
  await seesNot(edit);
  await headings.filter({ hasText: 'Homework 1' }).click();
  const kept = page.getByRole('dialog', { name: 'Edit Homework 1' });
  assert.equal(await kept.getByRole('button', { name: 'Delete' }).getAttribute('aria-disabled'), 'true');
});

test('gradebook: unsaved marks are asked about, and are there again after Back', async ({ visit }) => {
  const { path, course } = await gradedCourse(['Ada Lovelace'], COLUMNS);
  const page = await visit(demo.teacher);
  await openGradebook(page, path);
  await page.keyboard.type('7');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Home' }).first().click();
  const question = page.getByRole('alertdialog', { name: 'Leave without saving?' });
  await question.getByRole('button', { name: 'Cancel' }).click();
  await shows(page, 'Ada Lovelace', ['7', '']);
  await page.getByRole('link', { name: new RegExp(course.code) }).click();
  await question.getByRole('button', { name: 'Leave' }).click();
  await page.waitForURL(new RegExp(`${path}$`));
  await page.goBack();
  await shows(page, 'Ada Lovelace', ['7', '']);
});

test('gradebook: 500 students and 40 assignments stay quick', async ({ visit }) => {
  const { path, course } = await gradedCourse(['Ada Lovelace'], [['Homework 1', '10', null]]);
  const page = await visit(demo.teacher);
  const book = await (await as(demo.teacher)).get(`/grades/course/${course.id}`);
  const [row, column] = [book.students[0], book.assignments[0]];
  const count = (length, make) => Array.from({ length }, (_, at) => make(at));
  const uuid = (at) => `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`;
  const large = {
    ...book,
    assignments: count(40, (at) => ({ ...column, id: uuid(at), name: `Sheet ${at + 1}` })),
    students: count(500, (at) => ({
      ...row,
      enrollment_id: uuid(1000 + at),
      full_name: `Student ${String(at).padStart(3, '0')}`,
      cells: count(40, (mark) => (mark % 2 ? { id: uuid(mark), score: '7.00', version: 1 } : null)),
    })),
  };
  await page.route(`**/api/v1/grades/course/${course.id}`, (route) => route.fulfill({ json: large }));
  const grid = await openGradebook(page, path);
  assert.equal(await grid.getAttribute('aria-rowcount'), '501');
  assert.equal(await grid.getAttribute('aria-colcount'), '42');
  const drawn = await page.getByRole('gridcell').count();
  assert.ok(drawn < 700, `${drawn} of 20,500 cells are drawn`);

  await paste(page, count(500, (at) => count(40, (mark) => (at + mark) % 10).join('\t')).join('\n'));
  await sees(page.getByText('Pasted 500 × 40 cells'));
  await page.keyboard.press('Control+Home');
  const took = await page.evaluate(async () => {
    const grid = document.querySelector('[role=grid]');
    const times = [];
    for (let step = 0; step < 30; step += 1) {
      const began = performance.now();
      const key = step % 3 ? 'ArrowDown' : 'ArrowRight';
      grid.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      times.push(performance.now() - began);
    }
    return times.sort((a, b) => a - b)[15];
  });
  assert.ok(took < 150, `a key takes ${Math.round(took)} ms`);
  await page.keyboard.press('Control+End');
  await sees(page.getByText('Student 499').first());
});
