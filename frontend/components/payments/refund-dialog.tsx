'use client';

import { AmountReasonDialog } from '@/components/ui/amount-reason-dialog';
import { toast } from '@/components/ui/toast-queue';
import { refundPayment } from '@/lib/api/payments';
import type { Payment } from '@/lib/api/types';
import { formatMoney } from '@/lib/money';

/** Money goes back to the card it came from. */
export function RefundDialog({ payment, onClose }: { payment: Payment; onClose: () => void }) {
  const { currency, refundable_amount: most, student_name: name } = payment;
  return (
    <AmountReasonDialog
      title={`Refund ${name}`}
      currency={currency}
      amount={most}
      amountHint={`At most ${formatMoney(most, currency)}`}
      submit="Refund"
      busyText="Refunding…"
      amountCode="refund_exceeds_payment"
      onSubmit={async (values) => {
        const refund = await refundPayment(payment, values);
        toast({
          tone: 'done',
          title: `${formatMoney(refund.amount, refund.currency)} goes back to ${name}`,
          detail: 'The bank books it within a few days.',
        });
      }}
      onClose={onClose}
    />
  );
}
