'use client';

import { AttendanceSheet } from '@/components/attendance/attendance-sheet';
import { AttendanceSkeleton } from '@/components/attendance/attendance-skeleton';
import { useRouteId } from '@/lib/route-id';

export function AttendanceRoute() {
  const id = useRouteId();
  return id ? <AttendanceSheet key={id} courseId={id} /> : <AttendanceSkeleton />;
}
