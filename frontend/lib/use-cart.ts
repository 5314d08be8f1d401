'use client';

import { useQueries, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { courseDetail, scheduleVerdict } from './api/courses';
import type { Clash, Course, User } from './api/types';
import { useCartIds } from './cart';
import type { TermId } from './terms';

export interface Cart {
  courses: Course[];
  /** What each clashes with, in the cart or in the week. */
  clashesOf: (id: string) => CartClash[];
}

export interface CartClash extends Pick<Clash, 'day' | 'start' | 'end'> {
  other: { id: string; code: string; section: string };
}

/** What a student means to take, with what the server says of the times. */
export function useCart(user: User, term: TermId | undefined, held: readonly Course[]): Cart {
  const ids = useCartIds(user.id, term);
  const courses = useQueries({ queries: ids.map(courseDetail), combine: present });
  const all = [...courses, ...held].map(({ id }) => id).slice(0, 100);
  const verdict = useQuery({
    ...scheduleVerdict(all),
    enabled: courses.length > 0 && all.length > 1,
  });
  const conflicts = courses.length > 0 ? (verdict.data?.conflicts ?? []) : [];
  return { courses, clashesOf: (id) => conflicts.flatMap((row) => seenFrom(id, row)) };
}

/** What is in the meantime held elsewhere, or gone, is no longer wanted. */
function present(results: UseQueryResult<Course>[]): Course[] {
  return results.flatMap(({ data }) => {
    const status = data?.my_enrollment?.status;
    return data && status !== 'enrolled' && status !== 'completed' ? [data] : [];
  });
}

/** A pair of courses, told by one of the two. */
function seenFrom(id: string, row: Clash): CartClash[] {
  const { day, start, end } = row;
  if (row.course_id === id) {
    return [
      { day, start, end, other: { id: row.with_course_id, code: row.with_code, section: row.with_section } },
    ];
  }
  if (row.with_course_id === id && row.course_id) {
    return [
      { day, start, end, other: { id: row.course_id, code: row.code ?? '', section: row.section ?? '' } },
    ];
  }
  return [];
}
