'use client';

import { useQuery } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { LinkButton } from '@/components/ui/button';
import { DocumentTitle } from '@/components/ui/document-title';
import { LoadFailure } from '@/components/ui/load-failure';
import { Empty } from '@/components/ui/notice';
import { gradebook } from '@/lib/api/grades';
import { toProblem } from '@/lib/api/problem';
import type { Gradebook as Book } from '@/lib/api/types';
import { useUser } from '@/lib/auth';
import { paths } from '@/lib/paths';
import { courseLabel } from '@/lib/schedule';
import { GradebookSkeleton } from './gradebook-skeleton';

const GradebookEditor = dynamic(() => import('./gradebook-editor').then((module) => module.GradebookEditor), {
  loading: () => <GradebookSkeleton />,
});

export function Gradebook({ courseId }: { courseId: string }) {
  const { role } = useUser();
  const { data: book, error, refetch } = useQuery({ ...gradebook(courseId), enabled: role !== 'student' });
  if (role === 'student') return <NotYours />;
  if (error && !book) {
    const { status } = toProblem(error);
    return status === 404 || status === 403 ? <NotYours /> : <LoadFailure error={error} retry={refetch} />;
  }
  if (!book) return <GradebookSkeleton />;
  return (
    <>
      <DocumentTitle>{`Gradebook of ${courseLabel(book.course)}`}</DocumentTitle>
      <Breadcrumb course={book.course} />
      {book.students.length === 0 ? <NoStudents courseId={courseId} /> : <GradebookEditor book={book} />}
    </>
  );
}

function Breadcrumb({ course }: { course: Book['course'] }) {
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

function NoStudents({ courseId }: { courseId: string }) {
  return (
    <>
      <h1 className="text-xl font-semibold">Gradebook</h1>
      <div className="card mt-5">
        <Empty
          title="Nobody is enrolled yet"
          action={<LinkButton href={paths.course(courseId)}>Back to the course</LinkButton>}
        >
          Students appear here as soon as they register; then you can add assignments and marks.
        </Empty>
      </div>
    </>
  );
}

function NotYours() {
  return (
    <div className="card">
      <h1 className="sr-only">Not for you</h1>
      <Empty
        title="You cannot see this gradebook"
        action={<LinkButton href={paths.courses}>Look through the courses</LinkButton>}
      >
        Only the teacher of the course and administrators can, or the address is mistyped.
      </Empty>
    </div>
  );
}
