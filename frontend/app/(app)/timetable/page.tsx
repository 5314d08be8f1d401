import type { Metadata } from 'next';
import { Suspense } from 'react';
import { Timetable } from '@/components/timetable/timetable';

export const metadata: Metadata = { title: 'My week' };

export default function TimetablePage() {
  return (
    <Suspense>
      <Timetable />
    </Suspense>
  );
}
