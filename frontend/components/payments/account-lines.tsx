'use client';

import Link from 'next/link';
import { Empty } from '@/components/ui/notice';
import type { Account, AccountLine } from '@/lib/api/types';
import { formatDate } from '@/lib/dates';
import { formatMoney } from '@/lib/money';
import { paths } from '@/lib/paths';
import { lineLabel, purpose } from '@/lib/payment-words';

/** The account as the university books it; its sum is the balance. */
export function AccountLines({ account }: { account: Account }) {
  const { postings, balances, charges } = account;
  const chargeOf = ({ charge_id }: AccountLine) => charges.find(({ id }) => id === charge_id);
  return (
    <section aria-labelledby="account-lines">
      <h2 id="account-lines" className="mb-2 text-lg font-semibold">
        Account
      </h2>
      <div className="card overflow-hidden">
        {postings.length === 0 ? (
          <Empty title="Nothing is booked yet" />
        ) : (
          <table className="w-full border-collapse text-sm">
            <caption className="sr-only">Every charge, payment, refund and waiver, newest first</caption>
            <thead>
              <tr className="h-9 border-b border-line bg-sunken text-left text-xs text-muted [&>*]:px-4 [&>*]:font-medium">
                <th scope="col" className="w-32 max-sm:hidden">
                  Date
                </th>
                <th scope="col">What</th>
                <th scope="col" className="text-right">
                  Amount
                </th>
              </tr>
            </thead>
            <tbody>
              {postings.map((line) => {
                const charge = chargeOf(line);
                const what = line.reason ?? (charge && purpose(charge.kind, charge));
                return (
                  <tr key={line.id} className="h-10 border-b border-line [&>*]:px-4 [&>*]:py-2">
                    <td className="whitespace-nowrap text-muted tabular-nums max-sm:hidden">
                      {formatDate(line.at)}
                    </td>
                    <td>
                      {line.payment_id ? (
                        <Link
                          href={paths.payment(line.payment_id)}
                          prefetch={false}
                          className="underline underline-offset-2 pointer-coarse:inline-block pointer-coarse:py-2"
                        >
                          {lineLabel[line.kind]}
                        </Link>
                      ) : (
                        lineLabel[line.kind]
                      )}
                      {what && <span className="text-muted"> · {what}</span>}
                      <span className="block text-xs text-muted sm:hidden">{formatDate(line.at)}</span>
                    </td>
                    <td className="text-right whitespace-nowrap tabular-nums">
                      {formatMoney(line.amount, line.currency)}
                    </td>
                  </tr>
                );
              })}
            </tbody>
            <tfoot>
              {balances.map(({ amount, currency }) => (
                <tr key={currency} className="h-10 font-semibold [&>*]:px-4">
                  <td className="max-sm:hidden" />
                  <th scope="row" className="text-left font-semibold">
                    Owed in all
                  </th>
                  <td className="text-right whitespace-nowrap tabular-nums">
                    {formatMoney(amount, currency)}
                  </td>
                </tr>
              ))}
            </tfoot>
          </table>
        )}
      </div>
    </section>
  );
}
