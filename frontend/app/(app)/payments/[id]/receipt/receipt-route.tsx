'use client';

import { PaySkeleton } from '@/components/payments/pay-page';
import { ReceiptPage } from '@/components/payments/receipt-page';
import { useRouteId } from '@/lib/route-id';

export function ReceiptPageRoute() {
  const id = useRouteId();
  return id ? <ReceiptPage key={id} id={id} /> : <PaySkeleton />;
}
