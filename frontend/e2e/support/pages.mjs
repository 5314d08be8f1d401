import { as, asAdmin, demo, newCourse, newStudent } from './api.mjs';
import { gradedCourse } from './marks.mjs';
import { busyAccount } from './money.mjs';

/** Every page there is, with somebody who may see it in a state worth looking at. */
export async function everyPage() {
  const teacher = (await as(demo.teacher)).user;
  const course = await newCourse({ teacher_id: teacher.id, schedule: {}, description: 'What it is about.' });
  const { user } = await newStudent('On The Roster');
  await (await asAdmin()).post(`/courses/${course.id}/enroll`, { user_id: user.id });
  const path = `/courses/${course.id}`;
  const graded = await lockedCourse();
  const { student: payer, paid, failed, begun } = await busyAccount();
  return [
    { account: null, paths: ['/login', '/register', '/verify', '/no-such-page'] },
    {
      account: demo.student,
      paths: [
        '/dashboard',
        '/courses',
        '/courses?q=nothing-is-called-this',
        '/timetable',
        '/grades',
        '/attendance',
        '/transcript',
        '/payments',
        path,
        '/profile',
      ],
    },
    {
      account: payer,
      paths: [
        '/dashboard',
        '/payments',
        `/payments/${paid}`,
        `/payments/${paid}/receipt`,
        `/payments/${paid}/pay`,
        `/payments/${failed}`,
        `/payments/${failed}/pay`,
        `/payments/${begun}/pay`,
        `/payments/${begun}/receipt`,
      ],
    },
    {
      account: demo.teacher,
      paths: [
        '/dashboard',
        '/timetable',
        '/performance',
        path,
        `${path}/edit`,
        `${path}/gradebook`,
        `${graded.path}/gradebook`,
        `${path}/attendance`,
        `${path}/attendance?view=rates`,
        `${path}/attendance?view=corrections`,
      ],
    },
    {
      account: demo.admin,
      paths: [
        '/dashboard',
        '/courses',
        path,
        `${path}/edit`,
        '/admin/courses/new',
        '/admin/people',
        '/admin/people?new=true',
        `/admin/people?person=${user.id}`,
        '/admin/terms',
        '/admin/grade-changes',
        `${graded.path}/gradebook`,
        '/admin/analytics',
        '/admin/analytics?view=enrollments',
        '/admin/analytics?view=revenue',
        '/admin/analytics?view=demand',
        '/performance',
        `/transcript?student=${user.id}`,
        '/admin/audit',
        `/admin/audit?subject=${user.id}`,
        '/admin/payments',
        '/admin/payments?q=nobody-is-called-this',
        `/payments/${paid}`,
        `/payments/${paid}/receipt`,
        '/admin/payments/charges',
        '/admin/payments/charges?outstanding=false',
        '/admin/payments/charges?q=nobody-is-called-this',
        '/admin/payments/reconciliation',
      ],
    },
  ];
}

/** A gradebook with everything in it: marks, gaps, a final that is submitted, and a request to change it. */
async function lockedCourse() {
  const graded = await gradedCourse(
    ['Ada Lovelace', 'Blaise Pascal'],
    [
      ['Homework 1', '10', '0.40'],
      ['Quiz 1', '20', '0.60'],
    ],
    [['8.5', '17'], ['4']],
  );
  const teacher = await as(demo.teacher);
  const [{ enrollment }] = graded.students;
  await teacher.put(`/grades/enrollment/${enrollment}/final`, {});
  await teacher.post(`/grades/enrollment/${enrollment}/change-requests`, {
    reason: 'A page was overlooked.',
    cells: [{ assignment_name: 'Quiz 1', score: '18' }],
  });
  return graded;
}
