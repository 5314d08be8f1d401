'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { LoadFailure } from '@/components/ui/load-failure';
import { Empty } from '@/components/ui/notice';
import { Pager } from '@/components/ui/pager';
import { CORRECTIONS_PAGE_SIZE, courseCorrections } from '@/lib/api/attendance';
import { formatWeekday } from '@/lib/dates';
import { Correction } from './correction';

/** Nothing of a roll is ever overwritten silently: who changed what, for the whole class. */
export function Corrections({ courseId }: { courseId: string }) {
  const [page, setPage] = useState(1);
  const { data, error, refetch } = useQuery(courseCorrections(courseId, page));
  if (error) return <LoadFailure error={error} retry={refetch} />;
  if (!data) return <div aria-busy="true" className="card h-96" />;
  if (data.total === 0) {
    return (
      <div className="card">
        <Empty title="Nothing was corrected">
          A mark of the roll that is changed after it was saved is listed here, with the old one.
        </Empty>
      </div>
    );
  }
  return (
    <section aria-label="Corrections, newest first">
      <ol className="card divide-y divide-line">
        {data.items.map((correction) => (
          <li
            key={`${correction.attendance_id} ${correction.version}`}
            className="grid gap-x-6 gap-y-1 px-4 py-2.5 text-sm sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]"
          >
            <div>
              <p className="font-medium">{correction.student.full_name}</p>
              <p className="text-xs text-muted">
                {formatWeekday(correction.date)}
                {correction.meeting > 1 && ` · meeting ${correction.meeting}`}
              </p>
            </div>
            <div>
              <Correction correction={correction} />
            </div>
          </li>
        ))}
      </ol>
      <Pager page={page} pageSize={CORRECTIONS_PAGE_SIZE} total={data.total} onPage={setPage} />
    </section>
  );
}
