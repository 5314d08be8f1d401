'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { Seats } from '@/components/enrollment/seats';
import { LinkButton } from '@/components/ui/button';
import { DocumentTitle } from '@/components/ui/document-title';
import { LoadFailure } from '@/components/ui/load-failure';
import { Empty, Notice } from '@/components/ui/notice';
import { courseDetail } from '@/lib/api/courses';
import { toProblem } from '@/lib/api/problem';
import type { Course } from '@/lib/api/types';
import { useUser } from '@/lib/auth';
import { formatCredits } from '@/lib/numbers';
import { paths } from '@/lib/paths';
import { courseLabel } from '@/lib/schedule';
import { termKey, termLabel } from '@/lib/terms';
import { CourseSkeleton } from './course-skeleton';
import { Meetings } from './meetings';
import { RegistrationPanel } from './registration-panel';

export function CourseDetail({ id, children }: { id: string; children: (course: Course) => ReactNode }) {
  const user = useUser();
  const { data: course, error, refetch } = useQuery(courseDetail(id));

  if (error && !course) {
    return toProblem(error).status === 404 ? <NoSuchCourse /> : <LoadFailure error={error} retry={refetch} />;
  }
  if (!course) return <CourseSkeleton />;
  const mayEdit = user.role === 'admin' || course.teacher?.id === user.id;

  return (
    <>
      <DocumentTitle>{`${courseLabel(course)} ${course.name}`}</DocumentTitle>
      <nav aria-label="Breadcrumb" className="text-sm text-muted">
        <Link
          href={`${paths.courses}?term=${termKey(course)}`}
          className="underline-offset-2 hover:underline"
        >
          Courses
        </Link>
        <span aria-hidden> / </span>
        {termLabel(course)}
      </nav>
      <header className="mt-1 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <h1 className="text-xl font-semibold">
          <span className="mr-2 text-muted">{courseLabel(course)}</span>
          {course.name}
        </h1>
        {mayEdit && (
          <div className="flex flex-wrap gap-2">
            <LinkButton href={paths.gradebook(course.id)} prefetch={false}>
              Gradebook
            </LinkButton>
            <LinkButton href={paths.roll(course.id)} prefetch={false}>
              Attendance
            </LinkButton>
            <LinkButton href={paths.courseEdit(course.id)} prefetch={false}>
              Edit course
            </LinkButton>
          </div>
        )}
      </header>
      {!course.is_active && (
        <div className="mt-4">
          <Notice tone="warn" title="This course is not offered any more.">
            Nobody can enrol. What happened in it stays on record.
          </Notice>
        </div>
      )}
      <div className="mt-5 grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="card order-2 p-5 lg:order-1">
          {course.description && (
            <p className="mb-5 max-w-prose leading-relaxed whitespace-pre-line">{course.description}</p>
          )}
          <Facts course={course} />
          <h2 className="mt-6 mb-2 text-base font-semibold">Meeting times</h2>
          <Meetings course={course} />
        </div>
        <div className="order-1 lg:order-2">
          <RegistrationPanel course={course} />
        </div>
      </div>
      {children(course)}
    </>
  );
}

function Facts({ course }: { course: Course }) {
  const facts: [string, ReactNode][] = [
    ['Teacher', course.teacher?.full_name ?? 'Not assigned yet'],
    ['Credits', formatCredits(course.credits)],
    ['Room', course.room ?? 'Not assigned yet'],
    ['Seats', <Seats key="seats" course={course} variant="full" />],
    ['Department', course.department],
    ['Section', course.section],
    ...(course.cross_listing ? [['Cross-listed as', course.cross_listing] as [string, ReactNode]] : []),
  ];
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-3">
      {facts.map(([name, value]) => (
        <div key={name} className="min-w-0">
          <dt className="text-xs text-muted">{name}</dt>
          <dd className="mt-0.5">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function NoSuchCourse() {
  return (
    <div className="card">
      <Empty
        title="There is no such course"
        action={<LinkButton href={paths.courses}>Look through the courses</LinkButton>}
      >
        The address may be mistyped, or the course is not open to you.
      </Empty>
    </div>
  );
}
