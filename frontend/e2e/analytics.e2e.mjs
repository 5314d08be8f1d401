import assert from 'node:assert/strict';
import { as, asAdmin, demo, newCourse, newStudent, testTerm } from './support/api.mjs';
import { eventually, hasText, ready, row, sees } from './support/page.mjs';
import { test } from './support/test.mjs';

const number = (text) => Number(text.replaceAll(/[^\d.-]/g, ''));

/** The number of a figure and what stands below it. */
async function figure(page, name) {
  const card = page
    .locator('dl > div')
    .filter({ has: page.locator('dt', { hasText: new RegExp(`^${name}`) }) });
  const [value, detail] = await Promise.all(
    ['dd > span:first-child', 'dd > span:last-child'].map((part) => card.locator(part).innerText()),
  );
  return { value, detail };
}

test('analytics: the dashboard shows the numbers of the API, and renews them', async ({ visit }) => {
  const admin = await asAdmin();
  const course = await newCourse({ capacity: 1 });
  const students = [await newStudent(), await newStudent('Comes Too Late')];
  await (await as(students[0])).post(`/courses/${course.id}/enroll`);
  await (await as(students[1])).post(`/courses/${course.id}/enroll`, { waitlist: true });

  const page = await visit(demo.admin);
  await page.goto('/admin/analytics');
  await eventually(async () => {
    const now = await admin.get('/analytics/dashboard');
    assert.equal(number((await figure(page, 'Active people')).value), now.active_users.total);
    const today = now.enrollments_today;
    const { value, detail } = await figure(page, 'Enrolments today');
    assert.equal(number(value), today.net);
    assert.match(detail, new RegExp(`^${today.enrolled + today.promoted} in, ${today.dropped} out`));
    assert.equal(number((await figure(page, 'Waiting')).value), now.waitlist_total);
    assert.match((await figure(page, 'Database connections')).value, new RegExp(`of ${now.pool.max}$`));
    const first = page.getByRole('region', { name: 'Fullest courses' }).getByRole('listitem').first();
    assert.match(await first.innerText(), new RegExp(now.fullest_courses[0].code));
  });

  const before = number((await figure(page, 'Enrolments today')).value);
  const other = await newCourse();
  await (await as(students[1])).post(`/courses/${other.id}/enroll`);
  await page.getByRole('button', { name: 'Refresh' }).click();
  await eventually(async () =>
    assert.equal(number((await figure(page, 'Enrolments today')).value), before + 1),
  );
  await page.getByRole('button', { name: 'What “Waiting” means' }).focus();
  await page.keyboard.press('Enter');
  await sees(page.getByRole('tooltip', { name: /queues of the current terms/ }));
});

test('analytics: the dashboard asks for new numbers every 30 seconds', async ({ visit }) => {
  const page = await visit(demo.admin);
  let asked = 0;
  page.on('request', (request) => {
    if (request.url().endsWith('/api/v1/analytics/dashboard')) asked += 1;
  });
  await page.clock.install();
  await page.goto('/admin/analytics');
  await ready(page);
  const before = asked;
  assert.ok(before > 0);
  await page.clock.fastForward(25_000);
  await ready(page);
  assert.equal(asked, before);
  await page.clock.fastForward(6_000);
  await eventually(async () => assert.equal(asked, before + 1));
});

test('analytics: a chart is walked by arrow keys and reads as a table', async ({ visit }) => {
  const page = await visit(demo.admin);
  await page.goto('/admin/analytics?view=enrollments');
  const chart = page.getByRole('slider', { name: /^Enrolments from/ });
  await chart.focus();
  const { by_day: days } = await (await asAdmin()).get('/analytics/enrollments');
  const said = ({ enrolled, promoted, dropped, refused }) =>
    new RegExp(`: ${enrolled + promoted} taken, ${dropped} given up, ${refused} refused$`);
  await page.keyboard.press('ArrowLeft');
  assert.match(await chart.getAttribute('aria-valuetext'), said(days.at(-2)));
  await page.keyboard.press('Home');
  assert.match(await chart.getAttribute('aria-valuetext'), said(days[0]));
  await page.getByText('As a table').click();
  await eventually(async () =>
    assert.equal(
      await page
        .getByRole('group', { name: /as a table$/ })
        .getByRole('row')
        .count(),
      days.length + 1,
    ),
  );
});

test('analytics: unmet demand is counted, filtered by the address and sorted', async ({ visit }) => {
  const { key } = await testTerm();
  const course = await newCourse({ capacity: 1 });
  await (await as(await newStudent())).post(`/courses/${course.id}/enroll`);
  for (let late = 0; late < 2; late += 1) {
    await (await as(await newStudent('Too Late'))).post(`/courses/${course.id}/enroll`, { waitlist: true });
  }
  const page = await visit(demo.admin);
  await page.goto(`/admin/analytics?view=demand&department=${course.department}`);
  await ready(page);
  const terms = page.getByRole('combobox', { name: 'Term' });
  assert.match(
    await terms.locator('option:checked').textContent(),
    /\(now\)$/,
    'of the current term at first',
  );
  assert.equal(await row(page, course.code).count(), 0);
  await terms.selectOption('All terms');
  await page.waitForURL(/term=all/);
  await sees(row(page, course.code));
  await page.goto(`/admin/analytics?view=demand&term=${key}&department=${course.department}`);
  await hasText(row(page, course.code), /\s2\s+2\s/);
  await page.getByRole('button', { name: 'Waiting' }).click();
  await page.waitForURL(/sort=-waiting/);
  await ready(page);
  await page.reload();
  await sees(row(page, course.code));
  await page.getByRole('link', { name: new RegExp(course.code) }).click();
  await page.waitForURL(new RegExp(`/courses\\?term=${key}&q=${course.code}`));
});

test('performance: a teacher sees their own courses and no others', async ({ visit }) => {
  const teacher = await as(demo.teacher);
  const mine = await newCourse({ teacher_id: teacher.user.id, schedule: {} });
  const other = await newCourse({ code: `${mine.department}997`, schedule: {} });
  const page = await visit(demo.teacher);
  await page.goto(`/performance?department=${mine.department}&term=${(await testTerm()).key}`);
  await sees(row(page, mine.code));
  assert.equal(await row(page, other.code).count(), 0);
  await page.goto('/performance');
  const { overall } = await teacher.get('/analytics/performance');
  await eventually(async () =>
    assert.match((await figure(page, 'Students')).detail, new RegExp(`^${overall.completed} completed`)),
  );
  await page.goto(`/courses/${mine.id}`);
  await sees(page.getByRole('heading', { name: 'Performance' }));
});
