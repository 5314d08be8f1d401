import Link from 'next/link';
import type { ReactNode } from 'react';
import type { Course } from '@/lib/api/types';
import { paths } from '@/lib/paths';
import { courseLabel, formatSlots, parseSchedule } from '@/lib/schedule';

interface CourseLinesProps {
  courses: Course[];
  /** What stands at the end of each line. */
  aside: (course: Course) => ReactNode;
}

export function CourseLines({ courses, aside }: CourseLinesProps) {
  return (
    <ul className="divide-y divide-line">
      {courses.map((course) => (
        <li key={course.id}>
          <Link
            href={paths.course(course.id)}
            prefetch={false}
            className="flex min-h-13 items-center gap-3 px-4 py-2 -outline-offset-2 hover:bg-sunken/60"
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
        </li>
      ))}
    </ul>
  );
}
