'use client';

import Link from 'next/link';
import { ListTable, PlainHeader } from '@/components/ui/list-table';
import { SortHeader } from '@/components/ui/sort-header';
import type { Payment } from '@/lib/api/types';
import { formatDate } from '@/lib/dates';
import { formatMoney } from '@/lib/money';
import { purpose, stateOf } from '@/lib/payment-words';
import { paths } from '@/lib/paths';

interface PaymentsTableProps {
  payments: Payment[];
  sort: string;
  stale: boolean;
  onSort: (sort: string) => void;
}

export function PaymentsTable({ payments, sort, stale, onSort }: PaymentsTableProps) {
  const header = { sort, onSort };
  return (
    <ListTable
      caption={`Payments, ${payments.length} on this page`}
      stale={stale}
      head={
        <>
          <SortHeader label="Student" field="student" {...header} />
          <PlainHeader className="max-lg:hidden">For</PlainHeader>
          <SortHeader label="Begun" field="created_at" {...header} className="w-32 max-md:hidden" />
          <SortHeader label="State" field="status" {...header} className="w-40 max-sm:hidden" />
          <SortHeader
            label="Amount"
            field="amount"
            {...header}
            className="w-32 max-sm:w-28 [&>button]:justify-end"
          />
        </>
      }
    >
      {payments.map((payment) => {
        const state = stateOf(payment);
        return (
          <tr key={payment.id} className="h-11 max-sm:h-14 [&>*]:px-3">
            <th scope="row" className="text-left font-medium">
              <Link
                href={paths.payment(payment.id)}
                prefetch={false}
                className="block truncate py-1 underline-offset-2 hover:underline pointer-coarse:py-3"
              >
                {payment.student_name}
                <span className={`block truncate text-xs font-normal sm:hidden ${state.tone}`}>
                  {state.label}
                </span>
              </Link>
            </th>
            <td className="truncate text-muted max-lg:hidden">{purpose(payment.payment_type, payment)}</td>
            <td className="truncate text-muted tabular-nums max-md:hidden">
              {formatDate(payment.created_at)}
            </td>
            <td className={`truncate max-sm:hidden ${state.tone}`}>{state.label}</td>
            <td className="text-right tabular-nums">{formatMoney(payment.amount, payment.currency)}</td>
          </tr>
        );
      })}
    </ListTable>
  );
}
