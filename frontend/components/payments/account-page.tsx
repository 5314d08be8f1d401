'use client';

import { useQuery } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { LoadFailure } from '@/components/ui/load-failure';
import { nothing } from '@/components/ui/nothing';
import { Notice } from '@/components/ui/notice';
import { PageHeader } from '@/components/ui/page-header';
import { Pager } from '@/components/ui/pager';
import { account, paymentList, paymentSettings } from '@/lib/api/payments';
import { useUser } from '@/lib/auth';
import { formatMoney, isNegative, isZero, magnitude } from '@/lib/money';
import { AccountLines } from './account-lines';
import { DueCharges } from './due-charges';
import { PaymentRows } from './payment-rows';

const OtherPayment = dynamic(() => import('./other-payment').then((module) => module.OtherPayment), {
  loading: nothing,
});
const PAGE_SIZE = 10;

export function AccountPage() {
  const user = useUser();
  const [page, setPage] = useState(1);
  const [other, setOther] = useState(false);
  const mine = useQuery(account(user.id));
  const payments = useQuery(paymentList({ page, page_size: PAGE_SIZE }));
  const settings = useQuery(paymentSettings);
  const error = mine.error ?? payments.error;
  const closed = settings.data?.provider === 'none' ? 'Paying by card is not set up here' : null;

  return (
    <>
      <PageHeader title="Payments" summary={mine.data ? summary(mine.data.balances) : ''}>
        <Button disabledReason={closed} onClick={() => setOther(true)}>
          Pay something else
        </Button>
      </PageHeader>
      {closed && (
        <div className="mt-4">
          <Notice tone="info" title={`${closed}.`}>
            Ask the bursar&apos;s office how to pay.
          </Notice>
        </div>
      )}
      {error ? (
        <div className="mt-5">
          <LoadFailure error={error} retry={() => Promise.all([mine.refetch(), payments.refetch()])} />
        </div>
      ) : !mine.data || !payments.data ? (
        <div aria-busy="true" className="mt-5 grid gap-4">
          <div className="card h-44" />
          <div className="card h-72" />
        </div>
      ) : (
        <div className="mt-5 grid grid-cols-1 items-start gap-x-4 gap-y-6">
          <DueCharges charges={mine.data.charges} closed={closed} />
          <section aria-labelledby="payments-made">
            <h2 id="payments-made" className="mb-2 text-lg font-semibold">
              My payments
            </h2>
            <PaymentRows payments={payments.data.items} />
            <Pager page={page} pageSize={PAGE_SIZE} total={payments.data.total} onPage={setPage} />
          </section>
          <AccountLines account={mine.data} />
        </div>
      )}
      {other && settings.data && <OtherPayment settings={settings.data} onClose={() => setOther(false)} />}
    </>
  );
}

function summary(balances: { currency: string; amount: string }[]): string {
  const open = balances.filter(({ amount }) => !isZero(amount));
  if (open.length === 0) return 'Nothing owed';
  return open
    .map(({ amount, currency }) =>
      isNegative(amount)
        ? `${formatMoney(magnitude(amount), currency)} in your favour`
        : `${formatMoney(amount, currency)} owed in all`,
    )
    .join(' · ');
}
