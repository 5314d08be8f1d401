'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { LoadFailure } from '@/components/ui/load-failure';
import { Empty } from '@/components/ui/notice';
import { PageHeader } from '@/components/ui/page-header';
import { toast } from '@/components/ui/toast-queue';
import { explain } from '@/lib/api/explain';
import { reconcile, reconciliations } from '@/lib/api/payments';
import type { Reconciliation as Run } from '@/lib/api/types';
import { formatMoment } from '@/lib/dates';
import { plural } from '@/lib/numbers';
import { paths } from '@/lib/paths';
import { MoneyTabs } from './money-tabs';

type Finding = Run['findings'][number];

const kinds: Record<Finding['kind'], string> = {
  missing_intent: 'Never reached the provider',
  unlinked_intent: 'Made at the provider, not written down here',
  second_intent: 'Made twice at the provider',
  orphan_intent: 'Known to the provider only',
  vanished_intent: 'Known to us only',
  missed_event: 'News that never came',
  amount_differs: 'The amounts differ',
  status_differs: 'The states differ',
  missing_refund: 'Refund never reached the provider',
  orphan_refund: 'Refund known to the provider only',
  refund_differs: 'The refunds differ',
};

/** Our books beside the provider's: what differed, what was put right, what a person has to look at. */
export function Reconciliation() {
  const runs = useQuery(reconciliations);
  const [busy, setBusy] = useState(false);
  const latest = runs.data?.[0];

  const run = async () => {
    setBusy(true);
    try {
      const { repaired, unresolved } = await reconcile();
      toast({
        tone: unresolved > 0 ? 'note' : 'done',
        title: unresolved > 0 ? `${plural(unresolved, 'difference')} to look at` : 'The books agree',
        detail: repaired > 0 ? `${plural(repaired, 'difference')} put right` : undefined,
      });
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
        <span className="font-medium">{kinds[finding.kind]}</span>
        <span className={`block text-xs ${finding.repaired ? 'text-good' : 'text-bad'}`}>
          {finding.repaired ? 'put right' : 'to look at'}
        </span>
      </p>
      <p className="min-w-0 break-words text-muted">
        {finding.detail}
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
