'use client';

import { useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { DocumentTitle } from '@/components/ui/document-title';
import { LoadFailure } from '@/components/ui/load-failure';
import { Notice } from '@/components/ui/notice';
import { PageHeader } from '@/components/ui/page-header';
import { toast } from '@/components/ui/toast-queue';
import { courseDetail, updateCourse } from '@/lib/api/courses';
import { sentence } from '@/lib/api/explain';
import type { Course } from '@/lib/api/types';
import { useUser } from '@/lib/auth';
import { paths } from '@/lib/paths';
import { courseLabel } from '@/lib/schedule';
import { termLabel } from '@/lib/terms';
import { ActivityButton } from './activity-button';
import { CourseForm } from './course-form';
import { CourseFormSkeleton } from './course-form-skeleton';
import { changesOf, valuesOf, type CourseValues } from './values';

export function EditCourse({ id }: { id: string }) {
  const { data, error, refetch, isPlaceholderData } = useQuery(courseDetail(id));
  if (error && !data) return <LoadFailure error={error} retry={refetch} />;
  // A course from a list may be older than the server's: editing begins with the real one.
  if (!data || isPlaceholderData) return <CourseFormSkeleton />;
  return <EditForm loaded={data} />;
}

function EditForm({ loaded }: { loaded: Course }) {
  const user = useUser();
  const router = useRouter();
  // What the author saw when the form opened. Later news must not slip under their hands; the server's 412 tells them.
  const [course] = useState(loaded);
  const [start] = useState(() => valuesOf(course));
  const admin = user.role === 'admin';
  const label = courseLabel(course);

  if (!admin && course.teacher?.id !== user.id)
    return <Notice title={`Only the teacher of ${label} may edit it.`} />;

  const save = async (values: CourseValues, seen: Course | null) => {
    const changes = changesOf(values, seen ? valuesOf(seen) : start);
    if (Object.keys(changes).length > 0) {
      const { warnings } = await updateCourse(course.id, seen?.version ?? course.version, changes);
      toast({
        tone: 'done',
        title: `${label} is saved`,
        detail: warnings.map(sentence).join(' ') || undefined,
      });
    }
    router.push(paths.course(course.id));
  };

  return (
    <div className="max-w-5xl">
      <DocumentTitle>{`Edit ${label}`}</DocumentTitle>
      <PageHeader title={`Edit ${label}`} summary={`${course.name} · ${termLabel(course)}`} />
      <CourseForm
        start={start}
        scope={admin ? 'all' : 'teaching'}
        courseId={course.id}
        submitLabel="Save changes"
        cancelHref={paths.course(course.id)}
        onSave={save}
      >
        {admin && <ActivityButton course={loaded} />}
      </CourseForm>
    </div>
  );
}
