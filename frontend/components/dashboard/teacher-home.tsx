'use client';

import { Seats } from '@/components/enrollment/seats';
import { LinkButton } from '@/components/ui/button';
import { LoadFailure } from '@/components/ui/load-failure';
import { Empty } from '@/components/ui/notice';
import type { Term } from '@/lib/api/types';
import { useUser } from '@/lib/auth';
import { formatCount, plural } from '@/lib/numbers';
import { paths } from '@/lib/paths';
import { courseLabel } from '@/lib/schedule';
import { termLabel } from '@/lib/terms';
import { useMyCourses } from '@/lib/use-my-courses';
import { AgendaPanel } from './agenda-panel';
import { CourseLines } from './course-lines';
import { DashboardSkeleton } from './dashboard-skeleton';
import { NoTerm } from './no-term';
import { Panel } from './parts';
import { RollsToday } from './rolls-today';

export function TeacherHome({ term, now }: { term: Term | undefined; now: Date }) {
  const user = useUser();
  const mine = useMyCourses(user, term);
  if (!term) return <NoTerm />;
  if (mine.error) return <LoadFailure error={mine.error} retry={mine.refetch} />;
  if (mine.pending) return <DashboardSkeleton />;
  const students = mine.held.reduce((sum, course) => sum + course.enrolled_count, 0);

  return (
    <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
      <RollsToday courses={mine.held} now={now} />
      <AgendaPanel
        courses={mine.held}
        term={term}
        now={now}
        empty={<Empty title="No classes">You are not assigned to a course in {termLabel(term)}.</Empty>}
      />
      <Panel title="My courses and rosters">
        {mine.held.length === 0 ? (
          <Empty title="No courses yet">The registrar assigns courses to you.</Empty>
        ) : (
          <>
            <CourseLines
              courses={mine.held}
              action={(course) => (
                <LinkButton
                  href={paths.gradebook(course.id)}
                  prefetch={false}
                  className="max-sm:hidden"
                  aria-label={`Marks of ${courseLabel(course)}`}
                >
                  Marks
                </LinkButton>
              )}
              aside={(course) => (
                <span className="flex flex-col items-end gap-0.5">
                  <span className="tabular-nums">{formatCount(course.enrolled_count)} enrolled</span>
                  <Seats course={course} variant="line" />
                </span>
              )}
            />
            <p className="border-t border-line px-4 py-2.5 text-sm text-muted">
              {plural(students, 'seat')} taken in {plural(mine.held.length, 'course')}. Open a course for its
              roster.
            </p>
          </>
        )}
      </Panel>
    </div>
  );
}
