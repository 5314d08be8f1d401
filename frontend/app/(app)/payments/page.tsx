import type { Metadata } from 'next';
import { AccountPage } from '@/components/payments/account-page';

export const metadata: Metadata = { title: 'Payments' };

export default function PaymentsPage() {
  return <AccountPage />;
}
