'use client';

import { useQuery } from '@tanstack/react-query';
import { CalendarClock, ChevronRight, Plus, UserPlus } from 'lucide-react';
import Link from 'next/link';
import { Seats } from '@/components/enrollment/seats';
import { LinkButton } from '@/components/ui/button';
import { LoadFailure } from '@/components/ui/load-failure';
import { Empty } from '@/components/ui/notice';
import { courseList } from '@/lib/api/courses';
import { changeRequests } from '@/lib/api/grade-changes';
import type { Term } from '@/lib/api/types';
import { userList } from '@/lib/api/users';
import { formatCount, plural } from '@/lib/numbers';
import { paths } from '@/lib/paths';
import { termKey, termLabel } from '@/lib/terms';
import { CourseLines } from './course-lines';
import { Panel } from './parts';
import { RegistrationState } from './registration-state';

export function AdminHome({ term }: { term: Term | undefined }) {
  return (
    <>
      <Counts term={term} />
      <div className="mt-4 grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
        {term ? <Fullest term={term} /> : <FirstSteps />}
        <div className="grid gap-4 max-lg:order-first">
          <GradeChangesToDecide />
          <Panel title="Quick actions">
            <div className="grid gap-2 p-4">
              <LinkButton href={paths.courseNew} look="primary">
                <Plus aria-hidden className="size-4" /> New course
              </LinkButton>
              <LinkButton href={paths.personNew}>
                <UserPlus aria-hidden className="size-4" /> New person
              </LinkButton>
              <LinkButton href={paths.terms}>
                <CalendarClock aria-hidden className="size-4" /> Dates of terms
              </LinkButton>
            </div>
          </Panel>
          {term && <RegistrationState term={term} />}
        </div>
      </div>
    </>
  );
}

function GradeChangesToDecide() {
  const pending = useQuery(changeRequests({ status: 'pending', page_size: 1 })).data?.total;
  if (!pending) return null;
  return (
    <Panel title="Waiting for you">
      <Link
        href={paths.gradeChanges}
        className="flex min-h-12 items-center justify-between gap-3 px-4 -outline-offset-2 hover:bg-sunken/60"
      >
        <span className="font-medium">{plural(pending, 'grade change')} to decide</span>
        <ChevronRight aria-hidden className="size-4 text-muted" />
      </Link>
    </Panel>
  );
}

function Counts({ term }: { term: Term | undefined }) {
  const count = { is_active: true, page_size: 1 };
  const students = useQuery(userList({ ...count, role: 'student' })).data?.total;
  const teachers = useQuery(userList({ ...count, role: 'teacher' })).data?.total;
  const full = useQuery({
    ...courseList({ semester: term?.semester, year: term?.year, page_size: 1, open: true }),
    enabled: term !== undefined,
  }).data?.total;

  const tiles = [
    { name: 'Students', value: students, href: `${paths.people}?role=student` },
    { name: 'Teachers', value: teachers, href: `${paths.people}?role=teacher` },
    {
      name: term ? `Courses in ${termLabel(term)}` : 'Courses',
      value: term?.courses ?? 0,
      href: paths.courses,
    },
    {
      name: 'Full courses',
      value: term && full !== undefined ? term.courses - full : term ? undefined : 0,
      href: `${paths.courses}?sort=seats`,
    },
  ];
  return (
    <ul className="grid grid-cols-2 gap-4 lg:grid-cols-4">
      {tiles.map(({ name, value, href }) => (
        <li key={name}>
          <Link href={href} className="card block px-4 py-3 hover:bg-sunken/60">
            <span className="block text-sm text-muted">{name}</span>
            <span className="block h-8 text-2xl leading-8 font-semibold tabular-nums">
              {value === undefined ? <span className="skeleton mt-1.5 block h-5 w-14" /> : formatCount(value)}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Fullest({ term }: { term: Term }) {
  const courses = useQuery(
    courseList({ semester: term.semester, year: term.year, sort: 'seats', page_size: 10 }),
  );
  return (
    <Panel
      title="Fullest courses"
      link={{ href: `${paths.courses}?sort=seats&term=${termKey(term)}`, label: 'All' }}
    >
      {courses.error ? (
        <div className="p-4">
          <LoadFailure error={courses.error} retry={courses.refetch} />
        </div>
      ) : !courses.data ? (
        <div aria-busy="true" className="h-130" />
      ) : courses.data.items.length === 0 ? (
        <Empty title={`No courses in ${termLabel(term)} yet`}>
          Create the first one, or import a catalogue.
        </Empty>
      ) : (
        <CourseLines
          courses={courses.data.items}
          aside={(course) => (
            <span className="block w-28">
              <Seats course={course} />
            </span>
          )}
        />
      )}
    </Panel>
  );
}

function FirstSteps() {
  return (
    <Panel title="Begin here">
      <Empty title="No term yet" action={<LinkButton href={paths.terms}>Set the dates of a term</LinkButton>}>
        A term and some courses are all that registration needs.
      </Empty>
    </Panel>
  );
}
