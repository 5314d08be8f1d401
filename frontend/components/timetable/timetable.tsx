'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import dynamic from 'next/dynamic';
import { DayList } from '@/components/schedule/day-list';
import { huesOf } from '@/components/schedule/hues';
import { WeekGrid } from '@/components/schedule/week-grid';
import { buildWeek } from '@/components/schedule/week-model';
import { LinkButton } from '@/components/ui/button';
import { LoadFailure } from '@/components/ui/load-failure';
import { Empty } from '@/components/ui/notice';
import { PageHeader } from '@/components/ui/page-header';
import { TermSelect } from '@/components/ui/term-select';
import { institution, termList } from '@/lib/api/terms';
import type { Course } from '@/lib/api/types';
import { useUser } from '@/lib/auth';
import { formatCredits, plural, sumCredits } from '@/lib/numbers';
import { paths } from '@/lib/paths';
import { useQueryState } from '@/lib/query-state';
import { courseLabel, DAYS, isDay, parseSchedule } from '@/lib/schedule';
import { pickTerm, termKey, termLabel } from '@/lib/terms';
import { useMyCourses } from '@/lib/use-my-courses';

const CalendarCard = dynamic(() => import('./calendar-card').then((module) => module.CalendarCard), {
  loading: () => <div className="card mt-5 h-42" aria-hidden />,
});

const defaults = { term: '' };

export function Timetable() {
  const user = useUser();
  const [state, update] = useQueryState(defaults);
  const terms = useQuery(termList);
  const term = pickTerm(terms.data ?? [], state.term);
  const mine = useMyCourses(user, term);
  const days = useQuery(institution).data?.teaching_days.filter(isDay) ?? DAYS.slice(0, 5);

  const failed = terms.error ?? mine.error;
  const loading = terms.isPending || (term !== undefined && mine.pending);
  const all = [...mine.held, ...mine.waiting];
  const hues = huesOf(all);
  const week = buildWeek(
    [
      ...mine.held.map((course) => ({ course, kind: 'held' as const })),
      ...mine.waiting.map((course) => ({ course, kind: 'waiting' as const })),
    ],
    days,
  );

  return (
    <>
      <PageHeader title="My week" summary={loading ? '' : summary(mine.held, mine.waiting.length)}>
        <TermSelect
          terms={terms.data ?? []}
          term={term}
          onChange={(key) => update({ term: key })}
          className="w-44!"
        />
      </PageHeader>
      <div className="mt-5">
        {failed ? (
          <LoadFailure error={failed} retry={terms.error ? terms.refetch : mine.refetch} />
        ) : loading ? (
          <div aria-busy="true" className="skeleton h-150 rounded-lg opacity-40" />
        ) : all.length === 0 ? (
          <div className="card">
            <Empty
              title={term ? `Nothing in ${termLabel(term)} yet` : 'Nothing here yet'}
              action={
                <LinkButton
                  look="primary"
                  href={term ? `${paths.courses}?term=${termKey(term)}` : paths.courses}
                >
                  {user.role === 'student' ? 'Find courses' : 'Look through the courses'}
                </LinkButton>
              }
            >
              {user.role === 'student'
                ? 'What you enrol in appears here.'
                : 'What you are assigned to teach appears here.'}
            </Empty>
          </div>
        ) : (
          <>
            <div className="hidden md:block">
              <WeekGrid week={week} hues={hues} />
            </div>
            <div className="md:hidden">
              <DayList week={week} hues={hues} />
            </div>
            <Unscheduled courses={all.filter(({ schedule }) => parseSchedule(schedule).length === 0)} />
          </>
        )}
        {user.role !== 'admin' && <CalendarCard />}
      </div>
    </>
  );
}

function summary(held: Course[], waiting: number): string {
  const credits = formatCredits(sumCredits(held.map((course) => course.credits)));
  const queue = waiting > 0 ? ` · on ${plural(waiting, 'waitlist')}` : '';
  return `${plural(held.length, 'course')} · ${credits} credits${queue}`;
}

function Unscheduled({ courses }: { courses: Course[] }) {
  if (courses.length === 0) return null;
  return (
    <section aria-labelledby="unscheduled" className="mt-5">
      <h2 id="unscheduled" className="mb-1.5 text-sm font-semibold">
        Without a weekly time
      </h2>
      <ul className="card divide-y divide-line">
        {courses.map((course) => (
          <li key={course.id}>
            <Link
              href={paths.course(course.id)}
              prefetch={false}
              className="flex min-h-11 items-center gap-3 px-4 py-2 -outline-offset-2 hover:bg-sunken/60"
            >
              <span className="font-semibold">{courseLabel(course)}</span>
              <span className="truncate">{course.name}</span>
              <span className="ml-auto shrink-0 text-sm text-muted">{course.teacher?.full_name}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
