import type { Metadata } from 'next';
import { Suspense } from 'react';
import { Reconciliation } from '@/components/bursar/reconciliation';

export const metadata: Metadata = { title: 'Reconciliation' };

export default function Page() {
  return (
    <Suspense>
      <Reconciliation />
    </Suspense>
  );
}
