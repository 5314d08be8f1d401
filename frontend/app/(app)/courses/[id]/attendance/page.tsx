import type { Metadata } from 'next';
import { Suspense } from 'react';
import { AttendanceRoute } from './attendance-route';

export const metadata: Metadata = { title: 'Attendance' };

export function generateStaticParams() {
  return [{ id: '_' }];
}

export default function AttendancePage() {
  return (
    <Suspense>
      <AttendanceRoute />
    </Suspense>
  );
}
