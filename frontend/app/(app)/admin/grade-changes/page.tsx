import type { Metadata } from 'next';
import { Suspense } from 'react';
import { GradeChanges } from '@/components/marks/grade-changes';

export const metadata: Metadata = { title: 'Grade changes' };

export default function GradeChangesPage() {
  return (
    <Suspense>
      <GradeChanges />
    </Suspense>
  );
}
