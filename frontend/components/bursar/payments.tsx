'use client';

import { useQuery } from '@tanstack/react-query';
import { Select } from '@/components/ui/field';
import { LoadFailure } from '@/components/ui/load-failure';
import { Empty } from '@/components/ui/notice';
import { Button } from '@/components/ui/button';
import { PageHeader } from '@/components/ui/page-header';
import { Pager } from '@/components/ui/pager';
import { SearchInput } from '@/components/ui/search-input';
import { paymentList } from '@/lib/api/payments';
import type { PaymentStatus, PaymentType } from '@/lib/api/types';
import { plural } from '@/lib/numbers';
import { kindLabel } from '@/lib/payment-words';
import { useQueryState } from '@/lib/query-state';
import { MoneyTabs } from './money-tabs';
import { PaymentsTable } from './payments-table';

const PAGE_SIZE = 25;
const defaults = { q: '', status: '', kind: '', disputed: false, sort: '-created_at', page: 1 };

const statuses: Record<string, PaymentStatus> = {
  pending: 'pending',
  processing: 'processing',
  succeeded: 'succeeded',
  failed: 'failed',
  refunded: 'refunded',
};
const kinds = Object.fromEntries(Object.keys(kindLabel).map((kind) => [kind, kind as PaymentType]));

export function BursarPayments() {
  const [state, update] = useQueryState(defaults);
  const payments = useQuery(
    paymentList({
      q: state.q,
      status: statuses[state.status],
      payment_type: kinds[state.kind],
      disputed: state.disputed || undefined,
      sort: state.sort,
      page: state.page,
      page_size: PAGE_SIZE,
    }),
  );
  return (
    <>
      <PageHeader title="Payments" summary={payments.data ? plural(payments.data.total, 'payment') : ''} />
      <MoneyTabs current="payments" />
      <div role="search" aria-label="Payments" className="mt-4 grid grid-cols-2 gap-2 md:flex">
        <SearchInput
          label="Search payments"
          placeholder="Student's name or number"
          value={state.q}
          onSearch={(q) => update({ q }, 'replace')}
          className="col-span-2 md:w-72"
        />
        <Select
          aria-label="State"
          value={state.disputed ? 'disputed' : state.status}
          onChange={({ target }) =>
            update({
              disputed: target.value === 'disputed',
              status: target.value === 'disputed' ? '' : target.value,
            })
          }
          className="md:w-40!"
        >
          <option value="">All states</option>
          <option value="pending">Not paid yet</option>
          <option value="processing">Processing</option>
          <option value="succeeded">Paid</option>
          <option value="failed">Failed</option>
          <option value="refunded">Refunded</option>
          <option value="disputed">Disputed</option>
        </Select>
        <Select
          aria-label="For"
          value={state.kind}
          onChange={({ target }) => update({ kind: target.value })}
          className="md:w-36!"
        >
          <option value="">All kinds</option>
          {Object.entries(kindLabel).map(([kind, label]) => (
            <option key={kind} value={kind}>
              {label}
            </option>
          ))}
        </Select>
      </div>
      <section aria-label="Payments" aria-busy={payments.isFetching} className="mt-3">
        {payments.error ? (
          <LoadFailure error={payments.error} retry={payments.refetch} />
        ) : !payments.data ? (
          <div className="card h-150" aria-hidden />
        ) : payments.data.items.length === 0 ? (
          <div className="card">
            <Empty
              title="No payment matches"
              action={
                <Button onClick={() => update({ q: '', status: '', kind: '', disputed: false })}>
                  Show all payments
                </Button>
              }
            />
          </div>
        ) : (
          <>
            <PaymentsTable
              payments={payments.data.items}
              sort={state.sort}
              stale={payments.isPlaceholderData}
              onSort={(sort) => update({ sort })}
            />
            <Pager
              page={state.page}
              pageSize={PAGE_SIZE}
              total={payments.data.total}
              onPage={(page) => update({ page })}
            />
          </>
        )}
      </section>
    </>
  );
}
