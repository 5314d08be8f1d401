'use client';

import { Empty } from '@/components/ui/notice';
import type { AccountLine } from '@/lib/api/types';
import { formatDate } from '@/lib/dates';
import { formatMoney } from '@/lib/money';
import { lineLabel } from '@/lib/payment-words';

/** The account as the university books it; its sum is the balance. */
export function AccountLines({ lines }: { lines: AccountLine[] }) {
  return (
    <section aria-labelledby="account-lines">
      <h2 id="account-lines" className="mb-2 text-lg font-semibold">
        Account
      </h2>
      <div className="card overflow-hidden">
        {lines.length === 0 ? (
          <Empty title="Nothing is booked yet" />
        ) : (
          <table className="w-full border-collapse text-sm">
            <caption className="sr-only">Every charge, payment, refund and waiver, newest first</caption>
            <thead>
              <tr className="h-9 border-b border-line bg-sunken text-left text-xs text-muted [&>*]:px-4 [&>*]:font-medium">
                <th scope="col">Date</th>
                <th scope="col">What</th>
                <th scope="col" className="text-right">
                  Amount
                </th>
              </tr>
            </thead>
            <tbody>
              {lines.map((line) => (
                <tr key={line.id} className="h-10 border-b border-line last:border-0 [&>*]:px-4">
                  <td className="whitespace-nowrap text-muted tabular-nums">{formatDate(line.at)}</td>
                  <td>
                    {lineLabel[line.kind]}
                    {line.reason && <span className="text-muted"> · {line.reason}</span>}
                  </td>
                  <td className="text-right tabular-nums">{formatMoney(line.amount, line.currency)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </section>
  );
}
