import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from './client';
import { queryClient } from './query-client';
import type { MarkClass, MarkedClass } from './types';

const key = ['attendance'] as const;

export interface MeetingId {
  date: string;
  meeting: number;
}

/** The class at one meeting, with the meetings there were. */
export function classAttendance(courseId: string, at: MeetingId) {
  return queryOptions({
    queryKey: [...key, 'course', courseId, at.date, at.meeting],
    queryFn: ({ signal }) =>
      api.get('/attendance/course/{course_id}', { path: { course_id: courseId }, query: at, signal }),
    placeholderData: keepPreviousData,
    enabled: courseId !== '',
  });
}

export function enrollmentAttendance(enrollmentId: string) {
  return queryOptions({
    queryKey: [...key, 'enrollment', enrollmentId],
    queryFn: ({ signal }) =>
      api.get('/attendance/enrollment/{enrollment_id}', { path: { enrollment_id: enrollmentId }, signal }),
  });
}

/** What was corrected of one student's roll, newest first. */
export function enrollmentCorrections(enrollmentId: string) {
  return queryOptions({
    queryKey: [...key, 'corrections', 'enrollment', enrollmentId],
    queryFn: ({ signal }) =>
      api.get('/attendance/enrollment/{enrollment_id}/history', {
        path: { enrollment_id: enrollmentId },
        query: { page_size: 100 },
        signal,
      }),
    select: ({ items }) => items,
  });
}

export const CORRECTIONS_PAGE_SIZE = 25;

/** What was corrected of a class's roll, newest first. */
export function courseCorrections(courseId: string, page: number) {
  return queryOptions({
    queryKey: [...key, 'corrections', 'course', courseId, page],
    queryFn: ({ signal }) =>
      api.get('/attendance/course/{course_id}/history', {
        path: { course_id: courseId },
        query: { page, page_size: CORRECTIONS_PAGE_SIZE },
        signal,
      }),
    placeholderData: keepPreviousData,
  });
}

/** A student's courses with the rate in each, newest term first. */
export function userAttendance(userId: string) {
  return queryOptions({
    queryKey: [...key, 'user', userId],
    queryFn: ({ signal }) =>
      api.get('/users/{id}/attendance', { path: { id: userId }, query: { page_size: 100 }, signal }),
  });
}

export async function markClass(courseId: string, body: MarkClass): Promise<MarkedClass> {
  const marked = await api.put('/attendance/course/{course_id}/bulk', {
    path: { course_id: courseId },
    body,
  });
  await queryClient.invalidateQueries({ queryKey: key });
  return marked;
}
