'use client';

import { useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { PageHeader } from '@/components/ui/page-header';
import { toast } from '@/components/ui/toast-queue';
import { createCourse } from '@/lib/api/courses';
import { termList } from '@/lib/api/terms';
import { paths } from '@/lib/paths';
import { courseLabel } from '@/lib/schedule';
import { pickTerm } from '@/lib/terms';
import { CourseForm } from './course-form';
import { CourseFormSkeleton } from './course-form-skeleton';
import { blankCourse, inputOf } from './values';

export function NewCourse() {
  const router = useRouter();
  const terms = useQuery(termList);
  if (terms.isPending) return <CourseFormSkeleton />;
  const term = pickTerm(terms.data ?? [], '') ?? {
    semester: 'fall' as const,
    year: new Date().getFullYear(),
  };

  return (
    <div className="max-w-5xl">
      <PageHeader title="New course" />
      <CourseForm
        start={blankCourse(term)}
        scope="all"
        submitLabel="Create course"
        cancelHref={paths.courses}
        onSave={async (values) => {
          const course = await createCourse(inputOf(values));
          toast({ tone: 'done', title: `${courseLabel(course)} is created`, detail: course.name });
          router.push(paths.course(course.id));
        }}
      />
    </div>
  );
}
