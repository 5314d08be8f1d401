import type { Metadata } from 'next';
import { PayPageRoute } from './pay-route';

export const metadata: Metadata = { title: 'Pay by card' };

/** One exported page for every payment; the server answers it for any id. */
export function generateStaticParams() {
  return [{ id: '_' }];
}

export default function Page() {
  return <PayPageRoute />;
}
