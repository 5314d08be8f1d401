'use client';

import { useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { LoadFailure } from '@/components/ui/load-failure';
import { nothing } from '@/components/ui/nothing';
import { Empty } from '@/components/ui/notice';
import { Pager } from '@/components/ui/pager';
import { Segments } from '@/components/ui/segments';
import { toast } from '@/components/ui/toast-queue';
import { downloadRoster, roster, ROSTER_PAGE_SIZE } from '@/lib/api/enrollments';
import { explain } from '@/lib/api/explain';
import type { Course, EnrollmentStatus } from '@/lib/api/types';
import { useUser } from '@/lib/auth';
import { formatCount } from '@/lib/numbers';
import { RosterTable } from './roster-table';

const EnrollDialog = dynamic(() => import('./enroll-dialog').then((module) => module.EnrollDialog), {
  loading: nothing,
});

type View = Exclude<EnrollmentStatus, 'completed'>;

const nobody: Record<View, string> = {
  enrolled: 'Nobody is enrolled yet',
  pending: 'Nobody is waiting',
  dropped: 'Nobody has dropped the course',
};

export function Roster({ course }: { course: Course }) {
  const { role } = useUser();
  const [view, setView] = useState<View>('enrolled');
  const [page, setPage] = useState(1);
  const [enrolling, setEnrolling] = useState(false);
  const students = useQuery(roster(course.id, view, page));

  const options = [
    { value: 'enrolled', label: `Enrolled ${formatCount(course.enrolled_count)}` },
    { value: 'pending', label: `Waiting ${formatCount(course.waitlist_count)}` },
    { value: 'dropped', label: 'Dropped' },
  ] as const;

  return (
    <section aria-labelledby="roster" className="mt-8">
      <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
        <h2 id="roster" className="text-lg font-semibold">
          Roster
        </h2>
        <div className="flex flex-wrap items-center gap-2">
          <Segments
            label="Which students"
            value={view}
            options={options}
            onChange={(next) => {
              setView(next);
              setPage(1);
            }}
          />
          <Button
            disabledReason={
              view === 'dropped' && role !== 'admin'
                ? 'Who has left the course is the registrar’s to tell'
                : students.data?.total === 0
                  ? nobody[view]
                  : null
            }
            onClick={() => void download(course, view)}
          >
            <Download aria-hidden className="size-4" /> Download
          </Button>
          {role === 'admin' && (
            <Button
              disabledReason={course.is_active ? null : 'This course is not offered any more'}
              onClick={() => setEnrolling(true)}
            >
              Enrol a student
            </Button>
          )}
        </div>
      </div>
      {students.error ? (
        <LoadFailure error={students.error} retry={students.refetch} />
      ) : !students.data ? (
        <div aria-busy="true" className="card h-60" />
      ) : students.data.items.length === 0 ? (
        <div className="card">
          <Empty title={nobody[view]}>
            {view === 'enrolled' && 'Students appear here as soon as they register.'}
          </Empty>
        </div>
      ) : (
        <>
          <RosterTable
            course={course}
            rows={students.data.items}
            mayWithdraw={role === 'admin' && view !== 'dropped'}
          />
          <Pager page={page} pageSize={ROSTER_PAGE_SIZE} total={students.data.total} onPage={setPage} />
        </>
      )}
      {enrolling && <EnrollDialog course={course} onClose={() => setEnrolling(false)} />}
    </section>
  );
}

async function download(course: Course, view: View) {
  try {
    await downloadRoster(course.id, view);
  } catch (error) {
    toast({ tone: 'problem', title: 'The roster could not be downloaded', detail: explain(error) });
  }
}
