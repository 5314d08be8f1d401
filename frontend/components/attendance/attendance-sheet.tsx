'use client';

import { useQuery } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useState } from 'react';
import { LinkButton } from '@/components/ui/button';
import { DocumentTitle } from '@/components/ui/document-title';
import { LoadFailure } from '@/components/ui/load-failure';
import { nothing } from '@/components/ui/nothing';
import { Empty } from '@/components/ui/notice';
import { PageHeader } from '@/components/ui/page-header';
import { Segments } from '@/components/ui/segments';
import { classAttendance, type MeetingId } from '@/lib/api/attendance';
import { toProblem } from '@/lib/api/problem';
import type { ClassAttendance, StudentAttendance } from '@/lib/api/types';
import { useUser } from '@/lib/auth';
import { isoDate } from '@/lib/dates';
import { formatPercent, plural } from '@/lib/numbers';
import { paths } from '@/lib/paths';
import { useQueryState } from '@/lib/query-state';
import { courseLabel } from '@/lib/schedule';
import { AttendanceSkeleton } from './attendance-skeleton';
import { ClassRates } from './class-rates';
import { sameMeeting } from './meeting-label';
import { MeetingPicker } from './meeting-picker';
import { Roll } from './roll-form';

const StudentRecord = dynamic(() => import('./student-record').then((module) => module.StudentRecord), {
  loading: nothing,
});

const Corrections = dynamic(() => import('./corrections').then((module) => module.Corrections), {
  loading: nothing,
});

const views = [
  { value: 'roll', label: 'Roll' },
  { value: 'rates', label: 'Rates' },
  { value: 'corrections', label: 'Corrections' },
] as const;

const isView = (view: string): view is (typeof views)[number]['value'] =>
  views.some(({ value }) => value === view);

const defaults = { date: '', meeting: 1, view: 'roll' };

export function AttendanceSheet({ courseId }: { courseId: string }) {
  return useUser().role === 'student' ? <NotYours /> : <Sheet courseId={courseId} />;
}

function Sheet({ courseId }: { courseId: string }) {
  const [state, update] = useQueryState(defaults);
  // Asked with the reader's own date first: the answer says which classes there were and what day it is on campus.
  const [guess] = useState(() => ({ date: isoDate(new Date()), meeting: 1 }));
  const asked: MeetingId | null = state.date ? { date: state.date, meeting: state.meeting } : null;
  const overview = useQuery(classAttendance(courseId, asked ?? guess));
  const newest = overview.data?.meetings[0];
  const chosen = asked ?? (overview.data && newest ? { date: newest.date, meeting: newest.meeting } : guess);
  const { data, error, refetch, isPlaceholderData } = useQuery(classAttendance(courseId, chosen));
  const [opened, setOpened] = useState<StudentAttendance | null>(null);
  const [makeUp, setMakeUp] = useState(false);

  if (error && !data) return <Failure error={error} retry={refetch} />;
  if (!data || !overview.data) return <AttendanceSkeleton />;
  const { course, meetings, students, today } = data;
  const meeting = meetings.find((one) => sameMeeting(one, chosen));
  const label = courseLabel(course);

  return (
    <>
      <DocumentTitle>{`Attendance of ${label}`}</DocumentTitle>
      <Breadcrumb course={course} />
      <PageHeader
        title="Attendance"
        summary={[
          plural(students.length, 'student'),
          data.tally.rate == null
            ? 'no roll taken yet'
            : `${formatPercent(data.tally.rate)} of classes attended`,
        ].join(' · ')}
      >
        <Segments
          label="View"
          value={isView(state.view) ? state.view : 'roll'}
          options={views}
          onChange={(view) => update({ view })}
        />
      </PageHeader>
      <div className="mt-4">
        {students.length === 0 ? (
          <div className="card">
            <Empty
              title="Nobody is enrolled yet"
              action={<LinkButton href={paths.course(courseId)}>Back to the course</LinkButton>}
            >
              Students appear here as soon as they register.
            </Empty>
          </div>
        ) : state.view === 'rates' ? (
          <ClassRates students={students} onOpen={setOpened} />
        ) : state.view === 'corrections' ? (
          <Corrections courseId={courseId} />
        ) : (
          <>
            <MeetingPicker
              meetings={meetings}
              chosen={chosen}
              today={today}
              first={data.starts_on}
              students={students.length}
              makeUp={makeUp}
              onMakeUp={setMakeUp}
              onChange={({ date, meeting: number }) => update({ date, meeting: number })}
            />
            {isPlaceholderData ? (
              <div aria-busy="true" className="card mt-4 h-96" />
            ) : (
              <Roll
                key={`${chosen.date} ${chosen.meeting}`}
                courseId={courseId}
                at={chosen}
                today={today}
                makeUp={meeting ? meeting.make_up : makeUp}
                students={students}
                onOpen={setOpened}
              />
            )}
          </>
        )}
      </div>
      {opened && <StudentRecord student={opened} onClose={() => setOpened(null)} />}
    </>
  );
}

function Breadcrumb({ course }: { course: ClassAttendance['course'] }) {
  return (
    <nav aria-label="Breadcrumb" className="text-sm text-muted">
      <Link
        href={paths.course(course.id)}
        prefetch={false}
        className="underline-offset-2 hover:underline pointer-coarse:inline-block pointer-coarse:py-2"
      >
        {courseLabel(course)} {course.name}
      </Link>
    </nav>
  );
}

function Failure({ error, retry }: { error: unknown; retry: () => unknown }) {
  const { status } = toProblem(error);
  return status === 404 || status === 403 ? <NotYours /> : <LoadFailure error={error} retry={retry} />;
}

function NotYours() {
  return (
    <div className="card">
      <h1 className="sr-only">Not for you</h1>
      <Empty
        title="You cannot take the roll of this course"
        action={<LinkButton href={paths.courses}>Look through the courses</LinkButton>}
      >
        Only its teacher and administrators can, or the address is mistyped.
      </Empty>
    </div>
  );
}
