import type { Metadata } from 'next';
import { Suspense } from 'react';
import { Audit } from '@/components/audit/audit';

export const metadata: Metadata = { title: 'Audit trail' };

export default function AuditPage() {
  return (
    <Suspense>
      <Audit />
    </Suspense>
  );
}
