import type { Metadata } from 'next';
import { CourseRoute } from './course-route';

export const metadata: Metadata = { title: 'Course' };

/** One exported page for every course; the server answers it for any id. */
export function generateStaticParams() {
  return [{ id: '_' }];
}

export default function CoursePage() {
  return <CourseRoute />;
}
