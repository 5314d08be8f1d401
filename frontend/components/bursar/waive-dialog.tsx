'use client';

import { AmountReasonDialog } from '@/components/ui/amount-reason-dialog';
import { toast } from '@/components/ui/toast-queue';
import { waiveCharge } from '@/lib/api/payments';
import type { Charge } from '@/lib/api/types';
import { formatMoney } from '@/lib/money';
import { purpose } from '@/lib/payment-words';

/** A part of a charge, or all that is left of it, that nobody has to pay. */
export function WaiveDialog({ charge, onClose }: { charge: Charge; onClose: () => void }) {
  const { currency, outstanding, student_name: name } = charge;
  return (
    <AmountReasonDialog
      title={`Waive for ${name}`}
      currency={currency}
      amount={outstanding}
      reasonHint="It stands on the student's account."
      submit="Waive"
      busyText="Waiving…"
      onSubmit={async (values) => {
        await waiveCharge(charge, values);
        toast({ tone: 'done', title: `${formatMoney(values.amount, currency)} waived for ${name}` });
      }}
      onClose={onClose}
    >
      <p className="text-muted">
        {purpose(charge.kind, charge)}: {formatMoney(outstanding, currency)} still to be paid.
      </p>
    </AmountReasonDialog>
  );
}
