'use client';

import { useQuery } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { LoadFailure } from '@/components/ui/load-failure';
import { nothing } from '@/components/ui/nothing';
import { Empty } from '@/components/ui/notice';
import { PageHeader } from '@/components/ui/page-header';
import { Pager } from '@/components/ui/pager';
import { SearchInput } from '@/components/ui/search-input';
import { Toggle } from '@/components/ui/toggle';
import { chargeList, paymentSettings } from '@/lib/api/payments';
import type { Charge } from '@/lib/api/types';
import { plural } from '@/lib/numbers';
import { useQueryState } from '@/lib/query-state';
import { ChargesTable } from './charges-table';
import { MoneyTabs } from './money-tabs';

const AssessDialog = dynamic(() => import('./assess-dialog').then((module) => module.AssessDialog), {
  loading: nothing,
});
const ChargeDialog = dynamic(() => import('./charge-dialog').then((module) => module.ChargeDialog), {
  loading: nothing,
});
const WaiveDialog = dynamic(() => import('./waive-dialog').then((module) => module.WaiveDialog), {
  loading: nothing,
});

const PAGE_SIZE = 25;
const defaults = { q: '', outstanding: true, sort: 'due_on', page: 1 };

export function Charges() {
  const [state, update] = useQueryState(defaults);
  const [open, setOpen] = useState<'term' | 'one' | Charge | null>(null);
  const settings = useQuery(paymentSettings);
  const charges = useQuery(
    chargeList({
      q: state.q,
      outstanding: state.outstanding || undefined,
      sort: state.sort,
      page: state.page,
      page_size: PAGE_SIZE,
    }),
  );
  const close = () => setOpen(null);

  return (
    <>
      <PageHeader
        title="Charges"
        summary={
          charges.data
            ? `${plural(charges.data.total, 'charge')}${state.outstanding ? ' still to be paid' : ''}`
            : ''
        }
      >
        <Button onClick={() => setOpen('one')}>Charge a student</Button>
        <Button look="primary" onClick={() => setOpen('term')}>
          Charge a term
        </Button>
      </PageHeader>
      <MoneyTabs current="charges" />
      <div role="search" aria-label="Charges" className="mt-4 flex flex-wrap gap-2">
        <SearchInput
          label="Search charges"
          placeholder="Student's name or number"
          value={state.q}
          onSearch={(q) => update({ q }, 'replace')}
          className="max-md:w-full md:w-72"
        />
        <Toggle on={state.outstanding} onChange={(outstanding) => update({ outstanding })}>
          Still to be paid
        </Toggle>
      </div>
      <section aria-label="Charges" aria-busy={charges.isFetching} className="mt-3">
        {charges.error ? (
          <LoadFailure error={charges.error} retry={charges.refetch} />
        ) : !charges.data ? (
          <div className="card h-150" aria-hidden />
        ) : charges.data.items.length === 0 ? (
          <div className="card">
            <Empty
              title={
                state.q
                  ? 'No charge matches'
                  : state.outstanding
                    ? 'Nothing is left to be paid'
                    : 'Nobody was charged yet'
              }
              action={
                state.q || state.outstanding ? (
                  <Button onClick={() => update({ q: '', outstanding: false })}>Show all charges</Button>
                ) : (
                  <Button onClick={() => setOpen('term')}>Charge a term</Button>
                )
              }
            >
              Tuition and fees of a term are charged to all its students at once.
            </Empty>
          </div>
        ) : (
          <>
            <ChargesTable
              charges={charges.data.items}
              sort={state.sort}
              stale={charges.isPlaceholderData}
              onSort={(sort) => update({ sort })}
              onWaive={setOpen}
            />
            <Pager
              page={state.page}
              pageSize={PAGE_SIZE}
              total={charges.data.total}
              onPage={(page) => update({ page })}
            />
          </>
        )}
      </section>
      {open === 'term' && settings.data && <AssessDialog settings={settings.data} onClose={close} />}
      {open === 'one' && settings.data && <ChargeDialog settings={settings.data} onClose={close} />}
      {open !== null && typeof open === 'object' && <WaiveDialog charge={open} onClose={close} />}
    </>
  );
}
