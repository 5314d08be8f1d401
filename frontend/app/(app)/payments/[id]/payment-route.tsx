'use client';

import { PaySkeleton } from '@/components/payments/pay-page';
import { PaymentPage } from '@/components/payments/payment-page';
import { useRouteId } from '@/lib/route-id';

export function PaymentPageRoute() {
  const id = useRouteId();
  return id ? <PaymentPage key={id} id={id} /> : <PaySkeleton />;
}
