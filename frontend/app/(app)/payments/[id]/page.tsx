import type { Metadata } from 'next';
import { PaymentPageRoute } from './payment-route';

export const metadata: Metadata = { title: 'Payment' };

/** One exported page for every payment; the server answers it for any id. */
export function generateStaticParams() {
  return [{ id: '_' }];
}

export default function Page() {
  return <PaymentPageRoute />;
}
