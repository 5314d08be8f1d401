import type { Metadata } from 'next';
import { Suspense } from 'react';
import { Charges } from '@/components/bursar/charges';

export const metadata: Metadata = { title: 'Charges' };

export default function Page() {
  return (
    <Suspense>
      <Charges />
    </Suspense>
  );
}
