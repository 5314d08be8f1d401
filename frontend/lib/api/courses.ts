import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { DAYS, type ApiSchedule } from '../schedule';
import type { TermId } from '../terms';
import { api } from './client';
import { queryClient } from './query-client';
import type { Course, Page, Semester } from './types';

export type CourseSort = 'code' | 'name' | 'teacher' | 'time' | 'seats' | 'credits';

export interface CourseFilter {
  q?: string;
  semester?: Semester;
  year?: number;
  department?: string;
  teacher_id?: string;
  day?: (typeof DAYS)[number];
  open?: boolean;
  fits?: boolean;
  is_active?: boolean;
  page?: number;
  page_size?: number;
  sort?: string;
}

export interface CourseInput {
  code: string;
  section: string;
  name: string;
  description: string | null;
  teacher_id: string | null;
  capacity: number;
  credits: string;
  semester: Semester;
  year: number;
  schedule: ApiSchedule;
  room: string | null;
  cross_listing: string | null;
  is_active: boolean;
  allow_teacher_conflict: boolean;
}

export const courseKeys = {
  all: ['courses'] as const,
  lists: ['courses', 'list'] as const,
  one: (id: string) => ['courses', 'one', id] as const,
};

export function courseList(filter: CourseFilter) {
  return queryOptions({
    queryKey: [...courseKeys.lists, filter],
    queryFn: ({ signal }) => api.get<Page<Course>>('/courses', { query: { ...filter }, signal }),
    placeholderData: keepPreviousData,
  });
}

/** A course already in some list is shown at once, while the server is asked again. */
export function courseDetail(id: string) {
  return queryOptions<Course>({
    queryKey: courseKeys.one(id),
    queryFn: ({ signal }) => api.get<Course>('/courses/{id}', { path: { id }, signal }),
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
      api.get<{ items: { department: string; courses: number }[] }>('/courses/departments', {
        query: { semester: term?.semester, year: term?.year },
        signal,
      }),
    enabled: term !== undefined,
    staleTime: 300_000,
  });
}

function courseChanged(course?: Course) {
  if (course) queryClient.setQueryData(courseKeys.one(course.id), course);
  return queryClient.invalidateQueries({ queryKey: courseKeys.all });
}

export async function createCourse(body: Omit<CourseInput, 'is_active'>): Promise<Course> {
  const course = await api.post<Course>('/courses', { body });
  void courseChanged(course);
  return course;
}

/** Refused with 412 if somebody changed the course after `version`. */
export async function updateCourse(id: string, version: number, body: Partial<CourseInput>): Promise<Course> {
  const course = await api.put<Course>('/courses/{id}', { path: { id }, body, ifMatch: version });
  void courseChanged(course);
  return course;
}

export async function deactivateCourse(id: string): Promise<void> {
  await api.delete('/courses/{id}', { path: { id } });
  await courseChanged();
}
