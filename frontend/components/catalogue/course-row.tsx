'use client';

import { useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { EnrollmentButton } from '@/components/enrollment/enrollment-button';
import { Seats } from '@/components/enrollment/seats';
import { courseDetail } from '@/lib/api/courses';
import type { Course, Term } from '@/lib/api/types';
import { useUser } from '@/lib/auth';
import { formatCredits } from '@/lib/numbers';
import { paths } from '@/lib/paths';
import { courseLabel, formatSlots, parseSchedule, type Clash } from '@/lib/schedule';

interface CourseRowProps {
  course: Course;
  clash: Clash<Course> | undefined;
  term: Term | undefined;
  onPreview: (course: Course | null) => void;
}

const cell = 'px-3 max-md:p-0';

/**
 * A table row from `md` up; below, the same cells laid out on two lines: code, name and button above, time, seats and
 * teacher below.
 */
export function CourseRow({ course, clash, term, onPreview }: CourseRowProps) {
  const { role } = useUser();
  const queryClient = useQueryClient();
  const mine = course.my_enrollment?.status;
  const time = formatSlots(parseSchedule(course.schedule)) || 'No weekly time';
  const warned = clash && mine !== 'enrolled';

  const point = () => {
    onPreview(course);
    void queryClient.prefetchQuery(courseDetail(course.id));
  };

  return (
    <tr
      onMouseEnter={point}
      onFocus={point}
      className={`border-b border-line last:border-0 max-md:relative max-md:grid max-md:grid-cols-[minmax(0,1fr)_auto] max-md:gap-x-3 max-md:gap-y-0.5 max-md:py-2.5 max-md:pr-3 max-md:pl-4 md:h-12 ${mine === 'enrolled' || mine === 'pending' ? 'bg-accent-soft/60' : 'hover:bg-sunken/60'}`}
    >
      <th scope="row" className={`${cell} text-left font-semibold max-md:hidden`}>
        <span className="block truncate text-sm">{courseLabel(course)}</span>
      </th>
      <td className={`${cell} max-md:min-w-0 max-md:self-center`}>
        <Link
          href={paths.course(course.id)}
          prefetch={false}
          className="block truncate text-sm underline-offset-2 hover:underline max-md:text-base max-md:font-medium"
        >
          <span className="font-semibold md:hidden">{courseLabel(course)} </span>
          {course.name}
        </Link>
        {!course.is_active && <span className="text-2xs font-medium text-bad">inactive</span>}
      </td>
      <td className={`${cell} text-sm text-muted max-md:hidden`}>
        <span className="block truncate">{course.teacher?.full_name ?? '–'}</span>
      </td>
      <td className={`${cell} text-sm max-md:col-span-full max-md:row-start-2 max-md:min-w-0`}>
        <span className="flex min-w-0 flex-wrap items-baseline gap-x-2 md:block">
          <span
            className={`truncate tabular-nums md:block ${warned ? 'text-warn' : 'text-muted'}`}
            title={time}
          >
            {time}
          </span>
          {warned && (
            <span className="block truncate text-2xs font-medium text-warn max-md:text-xs">
              clashes with {courseLabel(clash.with)}
            </span>
          )}
          <span className="flex items-center gap-2 text-muted md:hidden">
            <Seats course={course} />
          </span>
          <span className="truncate text-muted md:hidden">{course.teacher?.full_name}</span>
        </span>
      </td>
      <td className={`${cell} text-sm text-muted tabular-nums max-md:hidden`}>
        {formatCredits(course.credits)}
      </td>
      <td className={`${cell} max-md:hidden`}>
        <Seats course={course} />
      </td>
      {role === 'student' && (
        <td className="px-2 text-right max-md:col-start-2 max-md:row-start-1 max-md:p-0">
          <EnrollmentButton
            course={course}
            term={term}
            clash={clash}
            className="h-8 px-2.5 text-sm max-md:h-11 max-md:min-w-20"
          />
        </td>
      )}
    </tr>
  );
}
