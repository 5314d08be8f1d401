'use client';

import { useQuery } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useState, type ReactNode } from 'react';
import { Button, LinkButton } from '@/components/ui/button';
import { LoadFailure } from '@/components/ui/load-failure';
import { nothing } from '@/components/ui/nothing';
import { Notice } from '@/components/ui/notice';
import { paymentDetail, paymentHistory } from '@/lib/api/payments';
import { toProblem } from '@/lib/api/problem';
import type { Payment } from '@/lib/api/types';
import { useUser } from '@/lib/auth';
import { formatMoment } from '@/lib/dates';
import { formatMoney, isZero } from '@/lib/money';
import { paths } from '@/lib/paths';
import { PaymentSteps } from './payment-steps';
import { NoSuchPayment, PaySkeleton } from './pay-page';
import { failureOf, kindLabel, purpose, stateOf } from '@/lib/payment-words';

const RefundDialog = dynamic(() => import('./refund-dialog').then((module) => module.RefundDialog), {
  loading: nothing,
});

/** While the provider has not said how it ended, the page asks now and then. */
const ASK_EVERY = 3_000;

export function PaymentPage({ id }: { id: string }) {
  const user = useUser();
  const [refunding, setRefunding] = useState(false);
  const payment = useQuery({
    ...paymentDetail(id),
    refetchInterval: ({ state }) => (state.data?.status === 'processing' ? ASK_EVERY : false),
  });
  const history = useQuery(paymentHistory(id));
  const error = payment.error ?? history.error;

  if (error && !payment.data) {
    return toProblem(error).status === 404 ? (
      <NoSuchPayment />
    ) : (
      <LoadFailure error={error} retry={() => Promise.all([payment.refetch(), history.refetch()])} />
    );
  }
  if (!payment.data) return <PaySkeleton />;
  const { data } = payment;
  const state = stateOf(data);
  const admin = user.role === 'admin';

  return (
    <>
      <nav aria-label="Breadcrumb" className="text-sm text-muted">
        <Link
          href={admin ? paths.adminPayments : paths.payments}
          className="underline-offset-2 hover:underline"
        >
          Payments
        </Link>
      </nav>
      <header className="mt-1 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div>
          <h1 className="text-xl font-semibold">
            {formatMoney(data.amount, data.currency)}{' '}
            <span className={`ml-1 text-base font-medium ${state.tone}`}>{state.label}</span>
          </h1>
          <p className="text-muted">{purpose(data.payment_type, data)}</p>
        </div>
        <div className="flex flex-wrap gap-2">
          {data.settled_at && <LinkButton href={paths.receipt(data.id)}>Receipt</LinkButton>}
          {data.can_retry && data.user_id === user.id && (
            <a
              href={paths.pay(data.id)}
              className="inline-flex h-9 items-center rounded-md bg-accent px-3.5 font-medium text-on-accent hover:bg-accent-deep pointer-coarse:h-11"
            >
              {data.status === 'failed' ? 'Try again' : 'Pay now'}
            </a>
          )}
          {admin && (
            <Button disabledReason={noRefund(data)} onClick={() => setRefunding(true)}>
              Refund
            </Button>
          )}
        </div>
      </header>
      {data.status === 'failed' && (
        <div className="mt-4">
          <Notice title="The card was not accepted.">{failureOf(data.failure_code)}</Notice>
        </div>
      )}
      {data.disputed && (
        <div className="mt-4">
          <Notice tone="warn" title="The payer objects to this payment at their bank.">
            {admin && 'Answer the dispute at Stripe; the outcome arrives here by itself.'}
          </Notice>
        </div>
      )}
      <div className="mt-5 grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
        <section aria-label="Facts" className="card p-5">
          <Facts payment={data} admin={admin} />
        </section>
        {history.data ? <PaymentSteps history={history.data} /> : <div aria-busy className="card h-60" />}
      </div>
      {refunding && <RefundDialog payment={data} onClose={() => setRefunding(false)} />}
    </>
  );
}

function noRefund(payment: Payment): string | null {
  if (!payment.settled_at) return 'Nothing was paid yet';
  return isZero(payment.refundable_amount) ? 'All of it is refunded or on its way' : null;
}

function Facts({ payment, admin }: { payment: Payment; admin: boolean }) {
  const facts: [string, ReactNode][] = [
    ...(admin
      ? [
          ['Student', payment.student_name] as [string, ReactNode],
          ['Number', payment.student_number ?? '–'] as [string, ReactNode],
        ]
      : []),
    ['For', kindLabel[payment.payment_type]],
    ['Begun', formatMoment(payment.created_at)],
    ['Paid', payment.settled_at ? formatMoment(payment.settled_at) : 'Not yet'],
    ...(isZero(payment.refunded_amount)
      ? []
      : [['Refunded', formatMoney(payment.refunded_amount, payment.currency)] as [string, ReactNode]]),
    ...(admin && payment.stripe_payment_intent_id
      ? [
          [
            'At the provider',
            <code key="intent" className="text-xs break-all">
              {payment.stripe_payment_intent_id}
            </code>,
          ] as [string, ReactNode],
        ]
      : []),
  ];
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-4">
      {facts.map(([name, value]) => (
        <div key={name} className="min-w-0">
          <dt className="text-xs text-muted">{name}</dt>
          <dd className="mt-0.5">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
