'use client';

import { useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { Fragment } from 'react';
import { CartToggle, mayGoInCart } from '@/components/enrollment/cart-toggle';
import { EnrollmentButton } from '@/components/enrollment/enrollment-button';
import { Seats } from '@/components/enrollment/seats';
import { courseDetail } from '@/lib/api/courses';
import type { Course, Term } from '@/lib/api/types';
import { useUser } from '@/lib/auth';
import { formatCredits } from '@/lib/numbers';
import { paths } from '@/lib/paths';
import { courseLabel, formatSlots, parseSchedule, type Clash } from '@/lib/schedule';

import { roomy } from './columns';

interface CourseRowProps {
  course: Course;
  clashing: Clash<Course>[];
  held: Course[];
  term: Term | undefined;
  onPreview: (course: Course | null) => void;
}

const cell = 'px-3 max-lg:p-0';

/**
 * A table row from `lg` up. On a phone or tablet the same cells make two lines: code and name over the whole width, then time
 * and seats with the button beside them.
 */
export function CourseRow({ course, clashing, held, term, onPreview }: CourseRowProps) {
  const { role } = useUser();
  const queryClient = useQueryClient();
  const mine = course.my_enrollment?.status;
  const time = formatSlots(parseSchedule(course.schedule)) || 'No weekly time';
  const [clash] = clashing;
  const warned = clash && mine !== 'enrolled';
  const ours = mine === 'enrolled' || mine === 'pending';

  const point = () => {
    onPreview(course);
    void queryClient.prefetchQuery(courseDetail(course.id));
  };

  return (
    <tr
      onMouseEnter={point}
      onFocus={point}
      className={`border-b border-line last:border-0 max-lg:grid max-lg:grid-cols-[minmax(0,1fr)_auto] max-lg:items-center max-lg:gap-x-3 max-lg:py-2 max-lg:pr-3 max-lg:pl-4 lg:h-12 ${ours ? 'bg-accent-soft/60' : 'hover:bg-sunken/60'}`}
    >
      <th scope="row" className={`${cell} text-left text-sm font-semibold max-lg:hidden`}>
        <CourseCode course={course} />
      </th>
      <td className={`${cell} max-lg:col-span-full max-lg:min-w-0 max-lg:py-0.5`}>
        <Link
          href={paths.course(course.id)}
          prefetch={false}
          className="line-clamp-2 text-sm leading-4.5 underline-offset-2 hover:underline max-lg:py-0.5 max-lg:text-base"
        >
          <span className="font-semibold lg:hidden">
            <CourseCode course={course} />{' '}
          </span>
          {course.name}
        </Link>
        {!course.is_active && <span className="block text-2xs font-medium text-bad">inactive</span>}
      </td>
      <td className={`${cell} text-sm text-muted ${roomy(role)}`}>
        <span className="line-clamp-2 leading-4.5">{course.teacher?.full_name ?? '–'}</span>
      </td>
      <td className={`${cell} min-w-0 text-sm`}>
        <span
          className={`leading-4.5 tabular-nums ${warned ? 'line-clamp-1 text-warn' : 'line-clamp-2 text-muted'}`}
          title={time}
        >
          <Times text={time} />
        </span>
        {warned && (
          <span className="block truncate text-2xs font-medium text-warn max-lg:text-xs">
            clashes with {courseLabel(clash.with)}
          </span>
        )}
        <span className="block lg:hidden">
          <Seats course={course} variant="line" />
        </span>
      </td>
      <td className={`${cell} text-sm text-muted tabular-nums ${roomy(role)}`}>
        {formatCredits(course.credits)}
      </td>
      <td className={`${cell} max-lg:hidden`}>
        <Seats course={course} />
      </td>
      {role === 'student' && (
        <td className="pr-2 text-right max-lg:p-0">
          <div className="flex items-center justify-end gap-1">
            {mayGoInCart(course, term) && <CartToggle course={course} />}
            <EnrollmentButton course={course} term={term} clashing={clashing} held={held} />
          </div>
        </td>
      )}
    </tr>
  );
}

function CourseCode({ course }: { course: Course }) {
  return (
    <>
      {course.code}
      {course.section !== '001' && <span className="ml-1.5 font-normal text-muted">{course.section}</span>}
    </>
  );
}

/** Breaks between two times, never within one. */
function Times({ text }: { text: string }) {
  return text.split(/(?<=,) /).map((part, index) => (
    <Fragment key={part}>
      {index > 0 && ' '}
      <span className="whitespace-nowrap">{part}</span>
    </Fragment>
  ));
}
