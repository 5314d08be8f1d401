'use client';

import { CourseFormSkeleton } from '@/components/course-form/course-form-skeleton';
import { EditCourse } from '@/components/course-form/edit-course';
import { useRouteId } from '@/lib/route-id';

export function EditRoute() {
  const id = useRouteId();
  return id ? <EditCourse key={id} id={id} /> : <CourseFormSkeleton />;
}
