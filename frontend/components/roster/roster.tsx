'use client';
import type { Course } from '@/lib/api/types';
export function Roster({ course }: { course: Course }) {
  return <p>{course.code}</p>;
}
