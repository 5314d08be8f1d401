'use client';

import { useQuery } from '@tanstack/react-query';
import { LoadFailure } from '@/components/ui/load-failure';
import { performance } from '@/lib/api/analytics';
import type { Course } from '@/lib/api/types';
import { formatPercent, plural } from '@/lib/numbers';
import { MarksOverview } from './marks-overview';

/** How the students of one course do, for its teacher and for administrators. */
export function CoursePerformance({ course }: { course: Course }) {
  const { data, error, refetch } = useQuery(performance({ course_id: course.id }));
  const row = data?.items[0];
  return (
    <section aria-labelledby="performance" className="mt-8">
      <div className="mb-3 flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 id="performance" className="text-lg font-semibold">
          Performance
        </h2>
        {row?.in_progress.mean != null && (
          <p className="text-sm text-muted">
            Marks so far: {formatPercent(row.in_progress.mean)} on average, of{' '}
            {plural(row.in_progress.students, 'student')}
          </p>
        )}
      </div>
      {error ? (
        <LoadFailure error={error} retry={refetch} />
      ) : !data ? (
        <div aria-busy="true" className="card h-80" />
      ) : (
        row && (
          <div className="grid gap-4">
            <MarksOverview
              title="Performance in this course"
              figures={row}
              attendance={row}
              passFrom={data.pass_from}
            />
          </div>
        )
      )}
    </section>
  );
}
