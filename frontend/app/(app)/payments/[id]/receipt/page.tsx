import type { Metadata } from 'next';
import { ReceiptPageRoute } from './receipt-route';

export const metadata: Metadata = { title: 'Receipt' };

/** One exported page for every payment; the server answers it for any id. */
export function generateStaticParams() {
  return [{ id: '_' }];
}

export default function Page() {
  return <ReceiptPageRoute />;
}
