'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { termList } from '@/lib/api/terms';
import type { Course } from '@/lib/api/types';
import { useUser } from '@/lib/auth';
import { formatDateRange } from '@/lib/dates';
import { paths } from '@/lib/paths';
import { courseLabel, DAY_NAMES, formatSpan, overlaps, parseSchedule, type Slot } from '@/lib/schedule';
import { pickTerm, termKey } from '@/lib/terms';
import { useMyCourses } from '@/lib/use-my-courses';

export function Meetings({ course }: { course: Course }) {
  const user = useUser();
  const terms = useQuery(termList);
  const { held } = useMyCourses(user, terms.data && pickTerm(terms.data, termKey(course)));
  const slots = parseSchedule(course.schedule);
  if (slots.length === 0)
    return <p className="text-muted">No weekly time: the teacher arranges the meetings.</p>;

  const others = user.role === 'student' ? held.filter(({ id }) => id !== course.id) : [];
  return (
    <ul className="divide-y divide-line border-y border-line">
      {slots.map((slot) => {
        const rivals = others.filter((other) =>
          parseSchedule(other.schedule).some((taken) => overlaps(slot, taken)),
        );
        return (
          <li
            key={`${slot.day}-${slot.start}-${slot.from ?? ''}`}
            className="flex flex-wrap gap-x-4 gap-y-0.5 py-2"
          >
            <span className="w-24 font-medium">{DAY_NAMES[slot.day].long}</span>
            <span className={`w-24 tabular-nums ${rivals.length ? 'font-medium text-warn' : ''}`}>
              {formatSpan(slot)}
            </span>
            <span className="text-muted">{details(slot, course)}</span>
            {rivals.map((rival) => (
              <span key={rival.id} className="text-sm text-warn">
                clashes with{' '}
                <Link
                  href={paths.course(rival.id)}
                  prefetch={false}
                  className="font-medium underline underline-offset-2"
                >
                  {courseLabel(rival)}
                </Link>
              </span>
            ))}
          </li>
        );
      })}
    </ul>
  );
}

function details(slot: Slot, course: Course): string {
  return [slot.type, slot.room ?? course.room, formatDateRange(slot.from, slot.to)]
    .filter(Boolean)
    .join(' · ');
}
