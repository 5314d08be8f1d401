import type { Metadata } from 'next';
import { Suspense } from 'react';
import { Performance } from '@/components/performance/performance';

export const metadata: Metadata = { title: 'Performance' };

export default function PerformancePage() {
  return (
    <Suspense>
      <Performance />
    </Suspense>
  );
}
