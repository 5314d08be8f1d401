'use client';

import { PayPage, PaySkeleton } from '@/components/payments/pay-page';
import { useRouteId } from '@/lib/route-id';

export function PayPageRoute() {
  const id = useRouteId();
  return id ? <PayPage key={id} id={id} /> : <PaySkeleton />;
}
