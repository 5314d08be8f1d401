import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { TermId } from '../terms';
import { api } from './client';
import { queryClient } from './query-client';
import type { ChangedCourse, Course, CourseFilter, CreateCourse, Page, UpdateCourse } from './types';

export const courseKeys = {
  all: ['courses'] as const,
  lists: ['courses', 'list'] as const,
  one: (id: string) => ['courses', 'one', id] as const,
};

export function courseList(filter: CourseFilter) {
  return queryOptions({
    queryKey: [...courseKeys.lists, filter],
    queryFn: ({ signal }) => api.get('/courses', { query: filter, signal }),
    placeholderData: keepPreviousData,
  });
}

/** A course already in some list is shown at once, while the server is asked again. */
export function courseDetail(id: string) {
  return queryOptions<Course>({
    queryKey: courseKeys.one(id),
    queryFn: ({ signal }) => api.get('/courses/{id}', { path: { id }, signal }),
    placeholderData: () =>
      queryClient
        .getQueriesData<Page<Course>>({ queryKey: courseKeys.lists })
        .flatMap(([, page]) => page?.items ?? [])
        .find((course) => course.id === id),
    enabled: id !== '',
  });
}

export function departments(term: TermId | undefined) {
  return queryOptions({
    queryKey: ['courses', 'departments', term?.semester, term?.year],
    queryFn: ({ signal }) =>
      api.get('/courses/departments', {
        query: { semester: term?.semester, year: term?.year },
        signal,
      }),
    enabled: term !== undefined,
    staleTime: 300_000,
  });
}

/** Every pair of these sections that meets at the same time, as the server sees it. */
export function scheduleVerdict(ids: readonly string[]) {
  return queryOptions({
    queryKey: [...courseKeys.all, 'clashes', ids],
    queryFn: ({ signal }) =>
      api.post('/courses/validate-schedule', { body: { course_ids: [...ids] }, signal }),
    placeholderData: keepPreviousData,
    enabled: ids.length > 1,
  });
}

function courseChanged(course?: Course) {
  if (course) queryClient.setQueryData(courseKeys.one(course.id), course);
  return queryClient.invalidateQueries({ queryKey: courseKeys.all });
}

export async function createCourse(body: CreateCourse): Promise<Course> {
  const course = await api.post('/courses', { body });
  void courseChanged(course);
  return course;
}

/** Refused with 412 if somebody changed the course after `version`. */
export async function updateCourse(id: string, version: number, body: UpdateCourse): Promise<ChangedCourse> {
  const course = await api.put('/courses/{id}', { path: { id }, body, ifMatch: version });
  void courseChanged(course);
  return course;
}

export async function deactivateCourse(id: string): Promise<void> {
  await api.delete('/courses/{id}', { path: { id } });
  await courseChanged();
}
