'use client';

import { LinkButton } from '@/components/ui/button';
import { LoadFailure } from '@/components/ui/load-failure';
import { Empty } from '@/components/ui/notice';
import type { Term } from '@/lib/api/types';
import { useUser } from '@/lib/auth';
import { formatCredits } from '@/lib/numbers';
import { paths } from '@/lib/paths';
import { termKey, termLabel } from '@/lib/terms';
import { useMyCourses } from '@/lib/use-my-courses';
import { AgendaPanel } from './agenda-panel';
import { CourseLines } from './course-lines';
import { DashboardSkeleton } from './dashboard-skeleton';
import { DuePanel } from './due-panel';
import { NoTerm } from './no-term';
import { Panel } from './parts';
import { RegistrationState } from './registration-state';

export function StudentHome({ term, now }: { term: Term | undefined; now: Date }) {
  const user = useUser();
  const mine = useMyCourses(user, term);
  if (!term) return <NoTerm />;
  if (mine.error) return <LoadFailure error={mine.error} retry={mine.refetch} />;
  if (mine.pending) return <DashboardSkeleton />;

  return (
    <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="grid grid-cols-1 gap-4 max-lg:contents">
        <AgendaPanel
          courses={mine.held}
          term={term}
          now={now}
          empty={
            <Empty
              title="You have no courses yet"
              action={
                <LinkButton look="primary" href={paths.courses}>
                  Find courses
                </LinkButton>
              }
            >
              What you enrol in for {termLabel(term)} shows up here.
            </Empty>
          }
        />
        {mine.held.length > 0 && (
          <div className="max-lg:order-last">
            <Panel title="My courses">
              <CourseLines
                courses={mine.held}
                aside={(course) => <span className="text-muted">{formatCredits(course.credits)} cr</span>}
              />
            </Panel>
          </div>
        )}
      </div>
      <div className="grid grid-cols-1 gap-4">
        <RegistrationState term={term}>
          <LinkButton
            href={`${paths.courses}?term=${termKey(term)}`}
            look={term.registration === 'open' ? 'primary' : 'plain'}
            className="mt-3 w-full"
          >
            {term.registration === 'open' ? 'Find courses' : 'Look through the courses'}
          </LinkButton>
        </RegistrationState>
        <DuePanel userId={user.id} />
        {mine.waiting.length > 0 && (
          <Panel title="Waitlists">
            <CourseLines
              courses={mine.waiting}
              aside={(course) => (
                <span className="font-medium text-accent">#{course.my_enrollment?.waitlist_position}</span>
              )}
            />
          </Panel>
        )}
      </div>
    </div>
  );
}
