import Link from 'next/link';
import { Empty } from '@/components/ui/notice';
import type { Payment } from '@/lib/api/types';
import { formatDate } from '@/lib/dates';
import { formatMoney } from '@/lib/money';
import { paths } from '@/lib/paths';
import { purpose, stateOf } from '@/lib/payment-words';

/** One's own payments, newest first. */
export function PaymentRows({ payments }: { payments: Payment[] }) {
  if (payments.length === 0) {
    return (
      <div className="card">
        <Empty title="No payments yet">Each one is listed here, with its receipt once it is paid.</Empty>
      </div>
    );
  }
  return (
    <ul className="card divide-y divide-line overflow-hidden">
      {payments.map((payment) => {
        const state = stateOf(payment);
        return (
          <li key={payment.id} className="hover:bg-sunken/60">
            <Link
              href={paths.payment(payment.id)}
              prefetch={false}
              className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-6 px-4 py-2.5 -outline-offset-2 sm:grid-cols-[minmax(0,1fr)_11rem_8rem]"
            >
              <span className="min-w-0">
                <span className="block truncate font-medium">{purpose(payment.payment_type, payment)}</span>
                <span className="text-sm text-muted">{formatDate(payment.created_at)}</span>
              </span>
              <span className={`text-sm max-sm:order-last max-sm:col-span-2 ${state.tone}`}>
                {state.label}
              </span>
              <span className="text-right font-medium tabular-nums">
                {formatMoney(payment.amount, payment.currency)}
              </span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
