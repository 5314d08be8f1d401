'use client';

import { useQuery } from '@tanstack/react-query';
import { ChevronDown } from 'lucide-react';
import { useState } from 'react';
import { LinkButton } from '@/components/ui/button';
import { LoadFailure } from '@/components/ui/load-failure';
import { Empty } from '@/components/ui/notice';
import { PageHeader } from '@/components/ui/page-header';
import { enrollmentAttendance, userAttendance } from '@/lib/api/attendance';
import type { CourseTally } from '@/lib/api/types';
import { useUser } from '@/lib/auth';
import { paths } from '@/lib/paths';
import { courseLabel } from '@/lib/schedule';
import { groupByTerm } from '@/lib/terms';
import { RecordList } from './record-list';
import { misses } from './roll';
import { TallyLine } from './tally-line';

export function MyAttendance() {
  const user = useUser();
  const { data, error, refetch } = useQuery(userAttendance(user.id));
  const terms = groupByTerm(data?.items ?? [], ({ course }) => course);

  return (
    <>
      <PageHeader title="Attendance" summary="Late counts as present, excused does not count." />
      <div className="mt-5 grid grid-cols-1 gap-6">
        {error ? (
          <LoadFailure error={error} retry={refetch} />
        ) : !data ? (
          <div aria-busy="true" className="card h-80" />
        ) : terms.length === 0 ? (
          <div className="card">
            <Empty title="No courses yet" action={<LinkButton href={paths.courses}>Find courses</LinkButton>}>
              Once a teacher takes the roll in a course of yours, it shows up here.
            </Empty>
          </div>
        ) : (
          terms.map(({ key, label, items }) => (
            <section key={key} aria-label={label}>
              <h2 className="mb-2 text-base font-semibold">{label}</h2>
              <ul className="card divide-y divide-line">
                {items.map((row) => (
                  <CourseRow key={row.enrollment_id} row={row} />
                ))}
              </ul>
            </section>
          ))
        )}
      </div>
    </>
  );
}

function CourseRow({ row }: { row: CourseTally }) {
  const [open, setOpen] = useState(false);
  const { course, tally } = row;
  return (
    <li>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="grid w-full grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 px-4 py-3 text-left hover:bg-sunken/60 sm:grid-cols-[minmax(0,1fr)_auto_auto]"
      >
        <span className="min-w-0">
          <span className="font-semibold">{courseLabel(course)}</span> {course.name}
          {misses(row) && (
            <span className="block text-sm font-medium text-bad">
              You missed a quarter of the classes or more.
            </span>
          )}
        </span>
        <span className="max-sm:order-last max-sm:col-span-2">
          <TallyLine tally={tally} inList />
        </span>
        <ChevronDown
          aria-hidden
          className={`size-4 shrink-0 text-muted transition-transform ${open ? 'rotate-180' : ''}`}
        />
      </button>
      {open && <Records enrollmentId={row.enrollment_id} />}
    </li>
  );
}

function Records({ enrollmentId }: { enrollmentId: string }) {
  const { data, error, refetch } = useQuery(enrollmentAttendance(enrollmentId));
  return (
    <div className="border-t border-line bg-sunken/50">
      {error ? (
        <div className="p-4">
          <LoadFailure error={error} retry={refetch} />
        </div>
      ) : data ? (
        <RecordList enrollmentId={enrollmentId} records={data.records} />
      ) : (
        <div aria-busy="true" className="h-40" />
      )}
    </div>
  );
}
