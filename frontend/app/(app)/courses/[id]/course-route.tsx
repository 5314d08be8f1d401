'use client';

import dynamic from 'next/dynamic';
import { CourseDetail } from '@/components/course/course-detail';
import { CourseSkeleton } from '@/components/course/course-skeleton';
import { Roster } from '@/components/roster/roster';
import { nothing } from '@/components/ui/nothing';
import { useUser } from '@/lib/auth';
import { useRouteId } from '@/lib/route-id';

const CoursePerformance = dynamic(
  () => import('@/components/performance/course-performance').then((module) => module.CoursePerformance),
  { loading: nothing },
);

export function CourseRoute() {
  const id = useRouteId();
  const user = useUser();
  if (!id) return <CourseSkeleton />;
  return (
    <CourseDetail key={id} id={id}>
      {(course) =>
        (user.role === 'admin' || course.teacher?.id === user.id) && (
          <>
            <Roster course={course} />
            <CoursePerformance course={course} />
          </>
        )
      }
    </CourseDetail>
  );
}
