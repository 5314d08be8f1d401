import Link from 'next/link';
import type { ReactNode } from 'react';
import type { Course } from '@/lib/api/types';
import { paths } from '@/lib/paths';
import { courseLabel, formatSlots, parseSchedule } from '@/lib/schedule';

interface CourseLinesProps {
  courses: Course[];
  /** What stands at the end of each line. */
  aside: (course: Course) => ReactNode;
  /** Where else each line leads. */
  action?: (course: Course) => ReactNode;
}

export function CourseLines({ courses, aside, action }: CourseLinesProps) {
  return (
    <ul className="divide-y divide-line">
      {courses.map((course) => (
        <li key={course.id} className="flex items-center">
          <Link
            href={paths.course(course.id)}
            prefetch={false}
            className="flex min-h-13 min-w-0 flex-1 items-center gap-3 px-4 py-2 -outline-offset-2 hover:bg-sunken/60"
          >
            <span className="min-w-0 flex-1">
              <span className="block truncate">
                <span className="font-semibold">{courseLabel(course)}</span> {course.name}
              </span>
              <span className="block truncate text-sm text-muted tabular-nums">
                {formatSlots(parseSchedule(course.schedule)) || 'No weekly time'}
              </span>
            </span>
            <span className="shrink-0 text-sm">{aside(course)}</span>
          </Link>
          {action && <span className="shrink-0 pr-4">{action(course)}</span>}
        </li>
      ))}
    </ul>
  );
}
