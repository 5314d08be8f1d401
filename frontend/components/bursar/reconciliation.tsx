'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { LoadFailure } from '@/components/ui/load-failure';
import { Empty } from '@/components/ui/notice';
import { PageHeader } from '@/components/ui/page-header';
import { toast, type ToastContent } from '@/components/ui/toast-queue';
import { explain } from '@/lib/api/explain';
import { reconcile, reconciliations } from '@/lib/api/payments';
import type { Finding, Reconciliation as Run } from '@/lib/api/types';
import { formatMoment } from '@/lib/dates';
import { plural } from '@/lib/numbers';
import { paths } from '@/lib/paths';
import { findingDetail, findingKinds } from './finding-words';
import { MoneyTabs } from './money-tabs';
import { OpenDifferences, OpenEvents } from './open-cases';

/** Our books beside the provider's: what differed, what was put right, what a person has to look at. */
export function Reconciliation() {
  const runs = useQuery(reconciliations);
  const [busy, setBusy] = useState(false);
  const latest = runs.data?.[0];

  const run = async () => {
    setBusy(true);
    try {
      toast(outcome(await reconcile()));
    } catch (error) {
      toast({ tone: 'problem', title: 'The books could not be compared', detail: explain(error) });
    }
    setBusy(false);
  };

  return (
    <>
      <PageHeader
        title="Reconciliation"
        summary={latest ? `Last compared ${formatMoment(latest.finished_at)}` : ''}
      >
        <Button look="primary" busy={busy} onClick={() => void run()}>
          {busy ? 'Comparing…' : 'Compare now'}
        </Button>
      </PageHeader>
      <MoneyTabs current="reconciliation" />
      <div className="mt-4">
        <OpenEvents />
        <OpenDifferences />
        {runs.error ? (
          <LoadFailure error={runs.error} retry={runs.refetch} />
        ) : !runs.data ? (
          <div aria-busy="true" className="card h-72" />
        ) : runs.data.length === 0 ? (
          <div className="card">
            <Empty title="Not compared yet" action={<Button onClick={() => void run()}>Compare now</Button>}>
              Payments and refunds of the last days are held against what the card provider says. It also
              happens by itself every few minutes.
            </Empty>
          </div>
        ) : (
          <ol className="grid gap-3">
            {runs.data.map((one) => (
              <RunCard key={one.id} run={one} />
            ))}
          </ol>
        )}
      </div>
    </>
  );
}

function outcome(done: Awaited<ReturnType<typeof reconcile>>): ToastContent {
  if (!('unresolved' in done)) {
    return {
      tone: 'note',
      title: 'Still comparing',
      detail: 'The card provider is slow. It goes on by itself; come back in a few minutes.',
    };
  }
  const { repaired, unresolved } = done;
  return {
    tone: unresolved > 0 ? 'note' : 'done',
    title: unresolved > 0 ? `${plural(unresolved, 'difference')} to look at` : 'The books agree',
    detail: repaired > 0 ? `${plural(repaired, 'difference')} put right` : undefined,
  };
}

function RunCard({ run }: { run: Run }) {
  const tone = run.unresolved > 0 ? 'text-bad' : run.repaired > 0 ? 'text-warn' : 'text-good';
  const verdict =
    run.unresolved > 0
      ? `${plural(run.unresolved, 'difference')} to look at`
      : run.repaired > 0
        ? `${plural(run.repaired, 'difference')} put right`
        : 'The books agree';
  return (
    <li className="card overflow-hidden">
      <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1 px-4 py-3">
        <h2 className={`text-base font-semibold ${tone}`}>{verdict}</h2>
        <p className="text-sm text-muted">
          {formatMoment(run.finished_at)} · {plural(run.payments_compared, 'payment')},{' '}
          {plural(run.refunds_compared, 'refund')}
        </p>
      </div>
      {run.findings.length > 0 && (
        <ul className="divide-y divide-line border-t border-line">
          {run.findings.map((finding, index) => (
            <FindingRow key={index} finding={finding} />
          ))}
        </ul>
      )}
    </li>
  );
}

function FindingRow({ finding }: { finding: Finding }) {
  return (
    <li className="grid gap-x-6 gap-y-1 px-4 py-2.5 text-sm sm:grid-cols-[16rem_minmax(0,1fr)_auto]">
      <p>
        <span className="font-medium">{findingKinds[finding.kind]}</span>
        <span className={`block text-xs ${finding.repaired ? 'text-good' : 'text-bad'}`}>
          {finding.repaired ? 'put right' : 'to look at'}
        </span>
      </p>
      <p className="min-w-0 break-words text-muted">
        {findingDetail(finding)}
        {finding.stripe_id && <code className="block text-xs break-all">{finding.stripe_id}</code>}
      </p>
      {finding.payment_id && (
        <Link
          href={paths.payment(finding.payment_id)}
          prefetch={false}
          className="self-start underline underline-offset-2 pointer-coarse:py-2"
        >
          The payment
        </Link>
      )}
    </li>
  );
}
