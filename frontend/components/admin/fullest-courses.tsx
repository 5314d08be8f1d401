import Link from 'next/link';
import { CardSection } from '@/components/ui/card-section';
import { Meter } from '@/components/ui/meter';
import { Empty } from '@/components/ui/notice';
import type { Dashboard } from '@/lib/api/types';
import { formatCount, formatPercent } from '@/lib/numbers';
import { paths } from '@/lib/paths';
import { courseLabel } from '@/lib/schedule';

export function FullestCourses({ courses }: { courses: Dashboard['fullest_courses'] | undefined }) {
  return (
    <CardSection
      title="Fullest courses"
      meaning="Sections of the current terms with a limit of seats, by the share of seats taken. Above 100 % where an administrator gave seats above capacity."
      flush
    >
      {!courses ? (
        <div aria-busy="true" className="h-120" />
      ) : courses.length === 0 ? (
        <Empty title="No courses in the current terms">
          They appear here as soon as registration is near.
        </Empty>
      ) : (
        <ol className="divide-y divide-line border-t border-line">
          {courses.map((course) => (
            <li key={course.id}>
              <Link
                href={paths.course(course.id)}
                prefetch={false}
                className="grid min-h-12 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 px-4 py-2 -outline-offset-2 hover:bg-sunken/60 sm:grid-cols-[minmax(0,1fr)_8rem_9rem]"
              >
                <span className="truncate">
                  <span className="font-semibold">{courseLabel(course)}</span> {course.name}
                </span>
                <span className="text-right text-sm tabular-nums">
                  {formatPercent(course.fill_rate)}{' '}
                  <span className="text-muted">
                    {formatCount(course.enrolled_count)}/{formatCount(course.capacity)}
                  </span>
                </span>
                <span className="flex items-center gap-3 max-sm:col-span-2">
                  <Meter share={Number(course.fill_rate) / 100} tone={tone(Number(course.fill_rate))} />
                  <span className="w-18 shrink-0 text-right text-xs text-muted tabular-nums">
                    {course.waitlist_count > 0 && `${formatCount(course.waitlist_count)} waiting`}
                  </span>
                </span>
              </Link>
            </li>
          ))}
        </ol>
      )}
    </CardSection>
  );
}

function tone(percent: number): string {
  if (percent >= 100) return 'bg-bad';
  return percent >= 85 ? 'bg-warn' : 'bg-good';
}
