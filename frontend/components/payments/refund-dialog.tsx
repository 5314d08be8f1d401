'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { useForm } from 'react-hook-form';
import * as z from 'zod/mini';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { toast } from '@/components/ui/toast-queue';
import { refundPayment } from '@/lib/api/payments';
import type { Payment } from '@/lib/api/types';
import { showProblem } from '@/lib/form-errors';
import { formatMoney, parseAmount } from '@/lib/money';

const schema = z.object({
  amount: z.string().check(z.refine((text) => parseAmount(text) !== null, 'Enter an amount such as 120.00.')),
  reason: z
    .string()
    .check(z.trim(), z.minLength(1, 'Say why, for the books.'), z.maxLength(500, 'At most 500 characters.')),
});

type Values = z.infer<typeof schema>;

/** Money goes back to the card it came from; that cannot be undone, so it is asked for in a form. */
export function RefundDialog({ payment, onClose }: { payment: Payment; onClose: () => void }) {
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    defaultValues: { amount: payment.refundable_amount, reason: '' },
  });
  const { errors, isSubmitting } = form.formState;
  const most = formatMoney(payment.refundable_amount, payment.currency);

  const submit = form.handleSubmit(async ({ amount, reason }) => {
    try {
      const refund = await refundPayment(payment, { amount: parseAmount(amount) ?? amount, reason });
      toast({
        tone: 'done',
        title: `${formatMoney(refund.amount, refund.currency)} goes back to ${payment.student_name}`,
        detail: 'The bank books it within a few days.',
      });
      onClose();
    } catch (error) {
      showProblem(form, error, { codes: { refund_exceeds_payment: 'amount' } });
    }
  });

  return (
    <Dialog title={`Refund ${payment.student_name}`} onClose={onClose}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        {errors.root && <Notice title={errors.root.message} />}
        <TextField
          label={`Amount in ${payment.currency}`}
          inputMode="decimal"
          autoComplete="off"
          hint={`At most ${most}`}
          error={errors.amount?.message}
          {...form.register('amount')}
        />
        <TextField
          label="Reason"
          autoComplete="off"
          error={errors.reason?.message}
          {...form.register('reason')}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="danger" busy={isSubmitting}>
            {isSubmitting ? 'Refunding…' : 'Refund'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
