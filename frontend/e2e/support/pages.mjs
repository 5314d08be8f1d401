import { as, asAdmin, demo, newCourse, newStudent } from './api.mjs';

/** Every page there is, with somebody who may see it in a state worth looking at. */
export async function everyPage() {
  const teacher = (await as(demo.teacher)).user;
  const course = await newCourse({ teacher_id: teacher.id, schedule: {}, description: 'What it is about.' });
  const { user } = await newStudent('On The Roster');
  await (await asAdmin()).post(`/courses/${course.id}/enroll`, { user_id: user.id });
  const path = `/courses/${course.id}`;
  return [
    { account: null, paths: ['/login', '/register', '/no-such-page'] },
    {
      account: demo.student,
      paths: [
        '/dashboard',
        '/courses',
        '/courses?q=nothing-is-called-this',
        '/timetable',
        '/attendance',
        path,
        '/profile',
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
        `${path}/attendance`,
        `${path}/attendance?view=rates`,
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
        '/admin/analytics',
        '/admin/analytics?view=enrollments',
        '/admin/analytics?view=revenue',
        '/admin/analytics?view=demand',
        '/performance',
        '/admin/audit',
        `/admin/audit?subject=${user.id}`,
      ],
    },
  ];
}
