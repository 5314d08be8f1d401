'use client';

import { useQuery } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { ListTable, PlainHeader } from '@/components/ui/list-table';
import { LoadFailure } from '@/components/ui/load-failure';
import { nothing } from '@/components/ui/nothing';
import { Pager } from '@/components/ui/pager';
import { openDifferences, openEvents, resolveDifference, resolveEvent } from '@/lib/api/payments';
import type { Difference, OpenEvent } from '@/lib/api/types';
import { formatMoment } from '@/lib/dates';
import { eventWords } from '@/lib/event-words';
import { plural } from '@/lib/numbers';
import { paths } from '@/lib/paths';
import { findingDetail, findingKinds } from './finding-words';

const ResolveDialog = dynamic(() => import('./resolve-dialog').then((module) => module.ResolveDialog), {
  loading: nothing,
});

const PAGE_SIZE = 20;

/** Something that waits for a person, whatever it is. */
interface Case {
  id: string;
  title: string;
  why: string;
  /** What the provider calls it. */
  stripeId?: string | null;
  payment?: string | null;
  student?: string;
  since: string;
  resolve: (reason: string) => Promise<unknown>;
}

const caseOfEvent = (event: OpenEvent): Case => ({
  id: event.id,
  title: eventWords(event.type),
  why: event.explanation,
  stripeId: event.id,
  payment: event.payment_id,
  student: event.student?.full_name,
  since: event.occurred_at,
  resolve: (reason) => resolveEvent(event.id, reason),
});

const caseOfDifference = (difference: Difference): Case => ({
  id: difference.id,
  title: findingKinds[difference.kind],
  why: findingDetail(difference),
  stripeId: difference.stripe_id,
  payment: difference.payment_id,
  since: difference.found_at,
  resolve: (reason) => resolveDifference(difference.id, reason),
});

/** What the provider told and what could not be done with it, until somebody says what was done about it. */
export function OpenEvents() {
  const [page, setPage] = useState(1);
  const events = useQuery(openEvents({ page, page_size: PAGE_SIZE }));
  if (events.error) return <LoadFailure error={events.error} retry={events.refetch} />;
  if (!events.data || events.data.total === 0) return null;
  const { items, total } = events.data;
  return (
    <Cases
      title={`${plural(total, 'event')} to look at`}
      cases={items.map(caseOfEvent)}
      stale={events.isPlaceholderData}
      {...{ page, total, setPage }}
    />
  );
}

/** What no comparison could put right, also from before the days that are compared. */
export function OpenDifferences() {
  const [page, setPage] = useState(1);
  const differences = useQuery(openDifferences({ page, page_size: PAGE_SIZE }));
  if (differences.error) return <LoadFailure error={differences.error} retry={differences.refetch} />;
  if (!differences.data || differences.data.total === 0) return null;
  const { items, total } = differences.data;
  return (
    <Cases
      title={`${plural(total, 'difference')} to look at`}
      cases={items.map(caseOfDifference)}
      stale={differences.isPlaceholderData}
      {...{ page, total, setPage }}
    />
  );
}

interface CasesProps {
  title: string;
  cases: Case[];
  stale: boolean;
  page: number;
  total: number;
  setPage: (page: number) => void;
}

function Cases({ title, cases, stale, page, total, setPage }: CasesProps) {
  const [open, setOpen] = useState<Case | null>(null);
  return (
    <section aria-label={title} className="mb-6">
      <h2 className="mb-2 text-base font-semibold text-bad">{title}</h2>
      <ListTable
        caption={title}
        stale={stale}
        head={
          <>
            <PlainHeader className="py-2">What</PlainHeader>
            <PlainHeader className="w-44 max-lg:hidden">Payment</PlainHeader>
            <PlainHeader className="w-44 max-md:hidden">Since</PlainHeader>
            <th scope="col" className="w-28">
              <span className="sr-only">Resolve</span>
            </th>
          </>
        }
      >
        {cases.map((one) => (
          <tr key={one.id} className="align-top [&>*]:px-3 [&>*]:py-2.5">
            <th scope="row" className="text-left font-medium">
              {one.title}
              <span className="block font-normal break-words text-muted">{one.why}</span>
              {one.stripeId && <code className="block text-xs font-normal break-all">{one.stripeId}</code>}
              <span className="block text-xs font-normal text-muted md:hidden">
                {formatMoment(one.since)}
              </span>
              <span className="block text-xs font-normal lg:hidden">
                <PaymentLink of={one} />
              </span>
            </th>
            <td className="max-lg:hidden">
              <PaymentLink of={one} />
            </td>
            <td className="text-muted max-md:hidden">{formatMoment(one.since)}</td>
            <td className="text-right">
              <Button
                size="small"
                aria-label={`Resolve: ${one.title}${one.student ? ` of ${one.student}` : ''}`}
                onClick={() => setOpen(one)}
              >
                Resolve
              </Button>
            </td>
          </tr>
        ))}
      </ListTable>
      <Pager page={page} pageSize={PAGE_SIZE} total={total} onPage={setPage} />
      {open && (
        <ResolveDialog title={open.title} resolve={open.resolve} onClose={() => setOpen(null)}>
          <p className="text-muted">{open.why}</p>
        </ResolveDialog>
      )}
    </section>
  );
}

function PaymentLink({ of: { payment, student } }: { of: Case }) {
  if (!payment) return null;
  return (
    <Link
      href={paths.payment(payment)}
      prefetch={false}
      className="inline-block underline underline-offset-2 pointer-coarse:py-2"
    >
      {student ?? 'The payment'}
    </Link>
  );
}
