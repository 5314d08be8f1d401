'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { clashReason } from '@/components/enrollment/enrollment-button';
import { MiniWeek } from '@/components/schedule/mini-week';
import { institution } from '@/lib/api/terms';
import type { Course, Term } from '@/lib/api/types';
import { paths } from '@/lib/paths';
import { clashes, courseLabel, DAYS, isDay, parseSchedule } from '@/lib/schedule';
import { termLabel } from '@/lib/terms';
import type { MyCourses } from '@/lib/use-my-courses';

export function WeekAside({
  mine,
  term,
  preview,
}: {
  mine: MyCourses;
  term: Term | undefined;
  preview: Course | null;
}) {
  const teaching = useQuery(institution).data?.teaching_days;
  const days = teaching?.filter(isDay) ?? DAYS.slice(0, 5);
  return (
    <aside aria-labelledby="your-week" className="card sticky top-6 hidden w-66 shrink-0 p-4 xl:block">
      <div className="mb-2 flex items-baseline justify-between">
        <h2 id="your-week" className="text-sm font-semibold">
          Your week
        </h2>
        <Link href={paths.timetable} className="text-xs text-muted underline-offset-2 hover:underline">
          {term ? termLabel(term) : 'My week'}
        </Link>
      </div>
      <MiniWeek held={mine.held} waiting={mine.waiting} preview={preview} days={days} />
      <p className="mt-3 line-clamp-3 h-15 text-sm text-muted">{remark(preview, mine)}</p>
    </aside>
  );
}

function remark(preview: Course | null, { held, waiting }: MyCourses): string {
  if (!preview) {
    return held.length || waiting.length
      ? 'Point at a course to see where it falls.'
      : 'Nothing here yet. Point at a course to see where it would fall.';
  }
  const label = courseLabel(preview);
  if (held.some(({ id }) => id === preview.id)) return `${label} is on your timetable.`;
  if (parseSchedule(preview.schedule).length === 0) return `${label} has no weekly time.`;
  const [clash] = clashes(preview, held);
  return clash
    ? `${label}: ${clashReason(clash).replace('Clashes', 'clashes')}.`
    : `${label} fits your week.`;
}
