'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Empty } from '@/components/ui/notice';
import { toast } from '@/components/ui/toast-queue';
import { explain } from '@/lib/api/explain';
import { beginPayment } from '@/lib/api/payments';
import type { Charge } from '@/lib/api/types';
import { formatDate, isoDate } from '@/lib/dates';
import { formatMoney, isZero } from '@/lib/money';
import { paths } from '@/lib/paths';
import { purpose } from '@/lib/payment-words';

/** What is still to be paid, first what is due first. */
export function DueCharges({ charges, closed }: { charges: Charge[]; closed: string | null }) {
  const due = charges.filter(({ outstanding }) => !isZero(outstanding));
  return (
    <section aria-labelledby="to-pay">
      <h2 id="to-pay" className="mb-2 text-lg font-semibold">
        To pay
      </h2>
      <div className="card overflow-hidden">
        {due.length === 0 ? (
          <Empty title="You owe nothing">
            Charges of the university appear here, with the day they are due.
          </Empty>
        ) : (
          <ul className="divide-y divide-line">
            {due.map((charge) => (
              <Due key={charge.id} charge={charge} closed={closed} />
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

function Due({ charge, closed }: { charge: Charge; closed: string | null }) {
  const [busy, setBusy] = useState(false);
  const late = charge.due_on != null && charge.due_on < isoDate(new Date());

  // The server hands back the open payment of a charge, so a second click or tab pays nothing twice.
  const pay = async () => {
    setBusy(true);
    try {
      const { payment_id } = await beginPayment({ charge_id: charge.id });
      window.location.assign(paths.pay(payment_id));
    } catch (error) {
      toast({ tone: 'problem', title: 'The payment could not be begun', detail: explain(error) });
      setBusy(false);
    }
  };

  return (
    <li className="flex flex-wrap items-center gap-x-6 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-56">
        <p className="font-medium">{purpose(charge.kind, charge)}</p>
        <p className="text-sm text-muted">
          {charge.due_on ? (
            <span className={late ? 'font-medium text-bad' : ''}>
              {late ? 'Was due on' : 'Due by'} {formatDate(charge.due_on)}
            </span>
          ) : (
            'No due date'
          )}
          {charge.outstanding !== charge.amount && ` · of ${formatMoney(charge.amount, charge.currency)}`}
        </p>
      </div>
      <p className="text-lg font-semibold tabular-nums">{formatMoney(charge.outstanding, charge.currency)}</p>
      <Button
        look="primary"
        busy={busy}
        className="max-sm:ml-auto max-sm:min-w-20"
        disabledReason={closed}
        aria-label={`Pay ${purpose(charge.kind, charge)}`}
        onClick={() => void pay()}
      >
        {busy ? 'One moment…' : 'Pay'}
      </Button>
    </li>
  );
}
