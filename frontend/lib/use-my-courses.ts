'use client';

import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { courseList } from './api/courses';
import { heldEnrollments } from './api/enrollments';
import type { Course, User } from './api/types';
import type { TermId } from './terms';

export interface MyCourses {
  /** Seats of a student, or what a teacher teaches. */
  held: Course[];
  waiting: Course[];
  pending: boolean;
  error: Error | null;
  refetch: () => unknown;
}

/** The caller's own week in a term. An admin has none. */
export function useMyCourses(user: User, term: TermId | undefined): MyCourses {
  const student = useQuery({
    ...heldEnrollments(user.id, term),
    enabled: user.role === 'student' && term !== undefined,
  });
  const teacher = useQuery({
    ...courseList({
      teacher_id: user.id,
      semester: term?.semester,
      year: term?.year,
      page_size: 100,
      sort: 'code',
    }),
    enabled: user.role === 'teacher' && term !== undefined,
  });
  const source = user.role === 'student' ? student : teacher;

  return useMemo(() => {
    const rows = student.data ?? [];
    const withState = (status: string) =>
      rows
        .filter((row) => row.status === status)
        .map(({ course, id, status: mine, waitlist_position }) => ({
          ...course,
          my_enrollment: { id, status: mine, waitlist_position },
        }));
    const taught = teacher.data?.items ?? [];
    return {
      held: user.role === 'student' ? withState('enrolled') : taught,
      waiting: withState('pending'),
      pending: user.role !== 'admin' && source.isPending,
      error: source.error,
      refetch: source.refetch,
    };
  }, [student.data, teacher.data, user.role, source.isPending, source.error, source.refetch]);
}
