import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { TermId } from '../terms';
import { saveFile } from '../save-file';
import { api, csvFile } from './client';
import { courseKeys } from './courses';
import { queryClient } from './query-client';
import type { Course, Enrollment, EnrollmentStatus, EnrollRequest, MyEnrollment, Page } from './types';

export type Intent = 'enroll' | 'waitlist' | 'drop';

const mineKey = (userId: string) => ['enrollments', 'of', userId] as const;

/** What someone holds in a term: seats and places in a queue, not what they left. */
export function heldEnrollments(userId: string, term: TermId | undefined) {
  return queryOptions({
    queryKey: [...mineKey(userId), term?.semester, term?.year],
    queryFn: ({ signal }) =>
      api.get('/users/{id}/enrollments', {
        path: { id: userId },
        query: { semester: term?.semester, year: term?.year, page_size: 100 },
        signal,
      }),
    select: heldOnly,
    enabled: term !== undefined,
  });
}

export interface Held extends Enrollment {
  course: Course;
}

function heldOnly(page: Page<Enrollment>): Held[] {
  return page.items
    .filter(
      (row): row is Held =>
        row.course !== undefined && (row.status === 'enrolled' || row.status === 'pending'),
    )
    .sort((a, b) => a.course.code.localeCompare(b.course.code));
}

export const ROSTER_PAGE_SIZE = 50;

export function roster(courseId: string, status: EnrollmentStatus, page: number) {
  return queryOptions({
    queryKey: ['enrollments', 'in', courseId, status, page],
    queryFn: ({ signal }) =>
      api.get('/courses/{id}/enrollments', {
        path: { id: courseId },
        query: { status, page, page_size: ROSTER_PAGE_SIZE },
        signal,
      }),
    placeholderData: keepPreviousData,
  });
}

export async function downloadRoster(courseId: string, status: EnrollmentStatus): Promise<void> {
  const { name, content } = await csvFile('/courses/{id}/roster.csv', {
    path: { id: courseId },
    query: { status },
  });
  saveFile(name, content);
}

export async function enrollStudent(courseId: string, body: EnrollRequest): Promise<Enrollment> {
  const enrollment = await api.post('/courses/{id}/enroll', { path: { id: courseId }, body });
  await refreshSeats();
  return enrollment;
}

export async function withdrawStudent(courseId: string, enrollmentId: string): Promise<void> {
  await api.delete('/courses/{id}/enroll/{enrollment_id}', {
    path: { id: courseId, enrollment_id: enrollmentId },
  });
  await refreshSeats();
}

async function refreshSeats() {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: courseKeys.all }),
    queryClient.invalidateQueries({ queryKey: ['enrollments'] }),
  ]);
}

/** The course as it will be, if the server agrees. */
export function anticipate(course: Course, intent: Intent): Course {
  const mine = course.my_enrollment;
  const seats = (by: number) => ({
    enrolled_count: course.enrolled_count + by,
    seats_left: Math.max(0, course.seats_left - by),
  });
  if (intent === 'enroll') return { ...course, ...seats(1), my_enrollment: { id: '', status: 'enrolled' } };
  if (intent === 'waitlist') {
    const waiting = course.waitlist_count + 1;
    return {
      ...course,
      waitlist_count: waiting,
      my_enrollment: { id: '', status: 'pending', waitlist_position: waiting },
    };
  }
  if (mine?.status === 'pending') {
    return { ...course, waitlist_count: Math.max(0, course.waitlist_count - 1), my_enrollment: null };
  }
  return { ...course, ...seats(-1), my_enrollment: null };
}

function replaceCourse(course: Course) {
  queryClient.setQueryData<Course>(courseKeys.one(course.id), (old) => old && course);
  queryClient.setQueriesData<Page<Course>>(
    { queryKey: courseKeys.lists },
    (page) => page && { ...page, items: page.items.map((item) => (item.id === course.id ? course : item)) },
  );
}

function replaceHeld(userId: string, course: Course, mine: MyEnrollment | null | undefined) {
  queryClient.setQueryData<Page<Enrollment>>([...mineKey(userId), course.semester, course.year], (page) => {
    if (!page) return page;
    const others = page.items.filter((row) => row.course_id !== course.id);
    if (!mine) return { ...page, items: others };
    const row: Enrollment = {
      id: mine.id,
      user_id: userId,
      course_id: course.id,
      status: mine.status,
      waitlist_position: mine.waitlist_position ?? null,
      enrolled_at: new Date().toISOString(),
      dropped_at: null,
      course,
    };
    return { ...page, items: [...others, row] };
  });
}

async function send(course: Course, intent: Intent): Promise<Enrollment> {
  if (intent === 'drop') {
    return api.delete('/courses/{id}/enroll/{enrollment_id}', {
      path: { id: course.id, enrollment_id: course.my_enrollment?.id ?? '' },
    });
  }
  return api.post('/courses/{id}/enroll', {
    path: { id: course.id },
    body: intent === 'waitlist' ? { waitlist: true } : {},
  });
}

export const enrollmentMutationKey = (courseId: string) => ['enrollment', courseId];

/**
 * Shown at once everywhere the course is on screen, taken back if the server refuses. A function rather than a hook:
 * Undo must work after the row that started it is gone. Resolves to the course as it stands after the change.
 */
export async function changeEnrollment(userId: string, course: Course, intent: Intent): Promise<Course> {
  const expected = anticipate(course, intent);
  const mutation = queryClient.getMutationCache().build(queryClient, {
    mutationKey: enrollmentMutationKey(course.id),
    mutationFn: () => send(course, intent),
  });
  await Promise.all([
    queryClient.cancelQueries({ queryKey: courseKeys.all }),
    queryClient.cancelQueries({ queryKey: mineKey(userId) }),
  ]);
  replaceCourse(expected);
  replaceHeld(userId, course, expected.my_enrollment);

  try {
    const { id, status, waitlist_position } = await mutation.execute(undefined);
    const mine = status === 'dropped' ? null : { id, status, waitlist_position };
    const settled = { ...expected, my_enrollment: mine };
    replaceCourse(settled);
    replaceHeld(userId, settled, mine);
    return settled;
  } catch (error) {
    replaceCourse(course);
    replaceHeld(userId, course, course.my_enrollment);
    throw error;
  } finally {
    void refreshSeats();
  }
}

/** Both courses as they will be, on screen at once; both as they were if the server refuses. */
export async function swapEnrollment(
  userId: string,
  from: Course,
  to: Course,
): Promise<{ dropped: Course; taken: Course }> {
  const mutation = queryClient.getMutationCache().build(queryClient, {
    mutationKey: enrollmentMutationKey(to.id),
    mutationFn: () => api.post('/enrollments/swap', { body: { drop: from.id, take: to.id } }),
  });
  await Promise.all([
    queryClient.cancelQueries({ queryKey: courseKeys.all }),
    queryClient.cancelQueries({ queryKey: mineKey(userId) }),
  ]);
  const show = (course: Course) => {
    replaceCourse(course);
    replaceHeld(userId, course, course.my_enrollment);
    return course;
  };
  const dropped = show(anticipate(from, 'drop'));
  const expected = show(anticipate(to, 'enroll'));

  try {
    const { id, status } = (await mutation.execute(undefined)).taken;
    return { dropped, taken: show({ ...expected, my_enrollment: { id, status } }) };
  } catch (error) {
    show(from);
    show(to);
    throw error;
  } finally {
    void refreshSeats();
  }
}

/** A seat in each, or in none: not shown before the server has said yes. The courses as they stand then. */
export async function enrollCart(userId: string, courses: Course[]): Promise<Course[]> {
  try {
    const { enrollments } = await api.post('/enrollments/cart', {
      body: { course_ids: courses.map(({ id }) => id) },
    });
    return courses.map((course) => {
      const place = enrollments.find(({ course_id }) => course_id === course.id);
      const mine = place && { id: place.id, status: place.status };
      const settled = { ...anticipate(course, 'enroll'), my_enrollment: mine ?? course.my_enrollment };
      replaceCourse(settled);
      replaceHeld(userId, settled, settled.my_enrollment);
      return settled;
    });
  } finally {
    void refreshSeats();
  }
}
