'use client';

import { AmountReasonDialog } from '@/components/ui/amount-reason-dialog';
import { toast } from '@/components/ui/toast-queue';
import { refreshMoney, refundPayment } from '@/lib/api/payments';
import { toProblem } from '@/lib/api/problem';
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
        const amount = formatMoney(values.amount, currency);
        try {
          await refundPayment(payment, values);
          toast({
            tone: 'done',
            title: `${amount} goes back to ${name}`,
            detail: 'The bank books it within a few days.',
          });
        } catch (error) {
          if (!toProblem(error).code.startsWith('payment_provider_')) throw error;
          // It is written down: asked for once more, with other words, it would be a second one.
          await refreshMoney();
          toast({
            tone: 'note',
            title: `The refund of ${amount} is written down`,
            detail: 'The payment provider does not answer now. It is carried out by itself when it does.',
          });
        }
      }}
      onClose={onClose}
    />
  );
}
