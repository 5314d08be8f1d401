import type { Metadata } from 'next';
import { Suspense } from 'react';
import { BursarPayments } from '@/components/bursar/payments';

export const metadata: Metadata = { title: 'Payments' };

export default function Page() {
  return (
    <Suspense>
      <BursarPayments />
    </Suspense>
  );
}
