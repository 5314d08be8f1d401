'use client';

import { useQuery } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import { useEffect, useState } from 'react';
import { Button, LinkButton } from '@/components/ui/button';
import { LoadFailure } from '@/components/ui/load-failure';
import { Empty, Notice } from '@/components/ui/notice';
import { PageHeader } from '@/components/ui/page-header';
import { paymentDetail, paymentSettings, refreshMoney, takeUpPayment } from '@/lib/api/payments';
import { toProblem } from '@/lib/api/problem';
import type { Payment, PaymentSettings, Ticket } from '@/lib/api/types';
import { formatMoney } from '@/lib/money';
import { paths } from '@/lib/paths';
import { failureOf, purpose } from '@/lib/payment-words';
import { forgetSent, rememberSent, wasSent } from '@/lib/sent-payment';

const SandboxForm = dynamic(() => import('./sandbox-form').then((module) => module.SandboxForm), {
  loading: () => <FormSkeleton />,
});
const StripeForm = dynamic(() => import('./stripe-form').then((module) => module.StripeForm), {
  loading: () => <FormSkeleton />,
});

/** How often the server is asked whether the provider has told it. Only that settles a payment, never this page. */
const ASK_EVERY = 1_000;

export function PayPage({ id }: { id: string }) {
  /** The version of the payment when its card was sent off; '' when that was before this page was loaded. */
  const [sentAt, setSentAt] = useState(() => (wasSent(id) ? '' : null));
  const payment = useQuery({
    ...paymentDetail(id),
    refetchInterval: ({ state }) => (sentAt !== null && !settled(state.data) ? ASK_EVERY : false),
  });
  const settings = useQuery(paymentSettings);
  const over = sentAt === null || (payment.data && hasEnded(payment.data, sentAt));
  useEffect(() => {
    if (over) forgetSent();
  }, [over]);

  if (payment.error && !payment.data) {
    return toProblem(payment.error).status === 404 ? (
      <NoSuchPayment />
    ) : (
      <LoadFailure error={payment.error} retry={payment.refetch} />
    );
  }
  if (settings.error) return <LoadFailure error={settings.error} retry={settings.refetch} />;
  if (!payment.data || !settings.data) return <PaySkeleton />;
  const { data } = payment;

  return (
    <div className="mx-auto max-w-lg">
      <PageHeader title={settled(data) ? 'Paid' : 'Pay by card'} summary={purpose(data.payment_type, data)} />
      <div className="card mt-4 p-5">
        <p className="flex items-baseline justify-between gap-4">
          <span className="text-muted">Amount</span>
          <span className="text-xl font-semibold tabular-nums">
            {formatMoney(data.amount, data.currency)}
          </span>
        </p>
        <hr className="my-4 border-line" />
        {settled(data) ? (
          <Done payment={data} />
        ) : !over || data.status === 'processing' ? (
          <Waiting payment={data} />
        ) : !data.can_retry ? (
          <Notice tone="warn" title="This payment was canceled.">
            Begin a new one on the payments page.
          </Notice>
        ) : (
          <CardEntry
            payment={data}
            settings={settings.data}
            onSent={() => {
              rememberSent(id);
              setSentAt(data.updated_at);
              void payment.refetch();
            }}
            onFailed={() => void payment.refetch()}
          />
        )}
      </div>
      {!settled(data) && (
        <p className="mt-4 text-sm">
          {/* A full load leaves the policy of this page behind. */}
          <a href={paths.payments} className="text-muted underline underline-offset-2 hover:text-ink">
            Back to my payments
          </a>
        </p>
      )}
    </div>
  );
}

const settled = (payment: Payment | undefined) =>
  payment?.status === 'succeeded' || payment?.status === 'refunded';

/** Whether what was sent off has come to an end that this page may show. */
const hasEnded = (payment: Payment, sentAt: string) =>
  settled(payment) ||
  (payment.status === 'failed' && (!payment.can_retry || (sentAt !== '' && payment.updated_at !== sentAt)));

/** The secret of the payment is fetched here and kept nowhere. */
function CardEntry(props: {
  payment: Payment;
  settings: PaymentSettings;
  onSent: () => void;
  onFailed: () => void;
}) {
  const { payment, settings } = props;
  const ticket = useQuery({
    queryKey: ['ticket', payment.id],
    queryFn: () => takeUpPayment(payment.id),
    staleTime: Infinity,
    gcTime: 0,
  });
  if (ticket.error) return <LoadFailure error={ticket.error} retry={ticket.refetch} />;
  if (!ticket.data) return <FormSkeleton />;
  return (
    <>
      {payment.status === 'failed' && (
        <div className="mb-4">
          <Notice title="The last attempt failed.">{failureOf(payment.failure_code)}</Notice>
        </div>
      )}
      <Form {...props} ticket={ticket.data} settings={settings} />
    </>
  );
}

function Form({
  settings,
  ticket,
  payment,
  onSent,
  onFailed,
}: {
  settings: PaymentSettings;
  ticket: Ticket;
  payment: Payment;
  onSent: () => void;
  onFailed: () => void;
}) {
  const amount = formatMoney(payment.amount, payment.currency);
  const { provider, publishable_key: key, api_url: apiUrl } = settings;
  if (provider === 'sandbox' && key && apiUrl) {
    const access = { apiUrl, publishableKey: key, clientSecret: ticket.client_secret };
    return <SandboxForm access={access} amount={amount} onSent={onSent} onFailed={onFailed} />;
  }
  if (provider === 'stripe' && key) {
    return (
      <StripeForm
        publishableKey={key}
        clientSecret={ticket.client_secret}
        amount={amount}
        returnTo={paths.pay(payment.id)}
        onSent={onSent}
        onFailed={onFailed}
      />
    );
  }
  return (
    <Notice tone="warn" title="Paying by card is not set up here.">
      Ask the bursar&apos;s office how to pay.
    </Notice>
  );
}

function Waiting({ payment }: { payment: Payment }) {
  return (
    <div role="status" aria-live="polite">
      <p className="font-medium">Your bank has taken the payment. We wait for its confirmation…</p>
      <p className="mt-1 text-sm text-muted">
        Usually a few seconds. You may close this page: the payment counts all the same, and{' '}
        <a href={paths.payment(payment.id)} className="underline underline-offset-2">
          its page
        </a>{' '}
        tells how it ended.
      </p>
    </div>
  );
}

function Done({ payment }: { payment: Payment }) {
  return (
    <div role="status">
      <p className="font-medium text-good">Thank you. The payment has arrived.</p>
      <div className="mt-4 flex flex-wrap gap-2">
        <LinkButton look="primary" href={paths.receipt(payment.id)}>
          Receipt
        </LinkButton>
        <Button onClick={() => void refreshMoney().then(() => window.location.assign(paths.payments))}>
          My payments
        </Button>
      </div>
    </div>
  );
}

export function NoSuchPayment() {
  return (
    <div className="card">
      <h1 className="sr-only">No such payment</h1>
      <Empty
        title="There is no such payment"
        action={<LinkButton href={paths.payments}>My payments</LinkButton>}
      >
        The address may be mistyped, or it is somebody else&apos;s.
      </Empty>
    </div>
  );
}

export function PaySkeleton() {
  return (
    <div aria-busy="true" className="mx-auto max-w-lg">
      <h1 className="sr-only">Loading the payment</h1>
      <div className="skeleton h-7 w-44" />
      <div className="card mt-8 h-96" />
    </div>
  );
}

function FormSkeleton() {
  return <div aria-busy="true" className="skeleton h-64" />;
}
