import { as, asAdmin, demo, newCourse, newStudent } from './api.mjs';

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

export function isoDay(offset = 0) {
  return new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
}

/** A course of the demo teacher with students, that meets today (by the campus' clock) and on this weekday before. */
export async function taughtCourse(names, fields = {}) {
  const admin = await asAdmin();
  const teacher = (await as(demo.teacher)).user;
  const time = { time: '00:00-01:00', from: isoDay(-14), to: isoDay(14) };
  const course = await newCourse({
    teacher_id: teacher.id,
    capacity: 60,
    allow_teacher_conflict: true,
    schedule: { [DAYS[new Date().getUTCDay()]]: [time] },
    ...fields,
  });
  const students = [];
  for (const name of names) {
    const account = await newStudent(name);
    const enrollment = await admin.post(`/courses/${course.id}/enroll`, { user_id: account.user.id });
    students.push({ ...account, name, enrollment: enrollment.id });
  }
  return { course, students, path: `/courses/${course.id}` };
}

/** The same with a gradebook: `columns` are `[name, maximum, weight]`, `marks` one line per student. */
export async function gradedCourse(names, columns, marks = []) {
  const taught = await taughtCourse(names, { schedule: {} });
  const admin = await asAdmin();
  for (const [name, max_score, weight] of columns) {
    await admin.post(`/grades/course/${taught.course.id}/assignments`, {
      name,
      assignment_type: 'homework',
      max_score,
      weight,
    });
  }
  const cells = taught.students.flatMap(({ enrollment }, row) =>
    (marks[row] ?? []).map((score, at) => ({ enrollment, assignment: columns[at][0], score })),
  );
  if (cells.length) await saveMarks(admin, taught.course.id, cells);
  return taught;
}

/** As another grader would, with the versions as they are now. */
export async function saveMarks(client, courseId, cells) {
  const book = await client.get(`/grades/course/${courseId}`);
  const versionOf = ({ enrollment, assignment }) => {
    const row = book.students.find(({ enrollment_id }) => enrollment_id === enrollment);
    return row.cells[book.assignments.findIndex(({ name }) => name === assignment)]?.version ?? null;
  };
  return client.put(`/grades/course/${courseId}/bulk`, {
    cells: cells.map((cell) => ({
      enrollment_id: cell.enrollment,
      assignment_name: cell.assignment,
      score: cell.score,
      version: versionOf(cell),
    })),
  });
}
