'use client';

import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button, LinkButton } from '@/components/ui/button';
import { DocumentTitle } from '@/components/ui/document-title';
import { LoadFailure } from '@/components/ui/load-failure';
import { Empty } from '@/components/ui/notice';
import { receipt } from '@/lib/api/payments';
import { toProblem } from '@/lib/api/problem';
import type { Receipt } from '@/lib/api/types';
import { formatMoment } from '@/lib/dates';
import { formatMoney } from '@/lib/money';
import { paths } from '@/lib/paths';
import { NoSuchPayment, PaySkeleton } from './pay-page';
import { purpose } from '@/lib/payment-words';

/** One page to print or to keep as a PDF. */
export function ReceiptPage({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(receipt(id));
  if (error) {
    const { status, code } = toProblem(error);
    if (status === 404) return <NoSuchPayment />;
    if (code === 'not_paid') return <NotPaid id={id} />;
    return <LoadFailure error={error} retry={refetch} />;
  }
  if (!data) return <PaySkeleton />;
  return (
    <div className="mx-auto max-w-lg print:max-w-none">
      <DocumentTitle>{`Receipt ${data.number}`}</DocumentTitle>
      <div className="mb-4 flex justify-between gap-2 print:hidden">
        <LinkButton href={paths.payment(id)}>Back to the payment</LinkButton>
        <Button look="primary" onClick={() => window.print()}>
          Print
        </Button>
      </div>
      <Paper receipt={data} />
    </div>
  );
}

function Paper({
  receipt: { number, institution, payment, refunds, net_amount, issued_at },
}: {
  receipt: Receipt;
}) {
  const money = (amount: string) => formatMoney(amount, payment.currency);
  const lines: [string, ReactNode][] = [
    ['Received from', payment.student_name],
    ...(payment.student_number ? [['Student number', payment.student_number] as [string, ReactNode]] : []),
    ['For', purpose(payment.payment_type, payment)],
    ['Paid', payment.settled_at ? formatMoment(payment.settled_at) : ''],
  ];
  return (
    <article className="card p-8 print:border-0 print:p-0">
      <p className="text-sm text-muted">{institution}</p>
      <h1 className="mt-1 text-xl font-semibold">Receipt {number}</h1>
      <dl className="mt-6 grid gap-3">
        {lines.map(([name, value]) => (
          <div key={name} className="grid grid-cols-[9rem_minmax(0,1fr)] gap-4">
            <dt className="text-muted">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <table className="mt-6 w-full border-collapse tabular-nums">
        <tbody className="[&_td]:py-2 [&_td]:text-right [&_th]:py-2 [&_th]:text-left [&_th]:font-normal">
          <tr className="border-t border-line">
            <th scope="row">Paid by card</th>
            <td>{money(payment.amount)}</td>
          </tr>
          {refunds.map((refund) => (
            <tr key={refund.id} className="border-t border-line">
              <th scope="row">
                Refunded
                {refund.settled_at && <span className="text-muted"> {formatMoment(refund.settled_at)}</span>}
              </th>
              <td>−{money(refund.amount)}</td>
            </tr>
          ))}
          <tr className="border-y-2 border-ink font-semibold">
            <th scope="row" className="font-semibold!">
              Total
            </th>
            <td>{money(net_amount)}</td>
          </tr>
        </tbody>
      </table>
      <p className="mt-6 text-xs text-muted">
        Issued {formatMoment(issued_at)}. Payment {payment.id}.
      </p>
    </article>
  );
}

function NotPaid({ id }: { id: string }) {
  return (
    <div className="card">
      <h1 className="sr-only">No receipt yet</h1>
      <Empty
        title="There is no receipt yet"
        action={<LinkButton href={paths.payment(id)}>The payment</LinkButton>}
      >
        It is here as soon as the payment has arrived.
      </Empty>
    </div>
  );
}
