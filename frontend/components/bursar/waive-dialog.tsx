'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { useForm } from 'react-hook-form';
import * as z from 'zod/mini';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { toast } from '@/components/ui/toast-queue';
import { waiveCharge } from '@/lib/api/payments';
import type { Charge } from '@/lib/api/types';
import { showProblem } from '@/lib/form-errors';
import { formatMoney, parseAmount } from '@/lib/money';
import { purpose } from '@/lib/payment-words';
import { amountText } from './amount-fields';

const schema = z.object({
  amount: amountText,
  reason: z
    .string()
    .check(z.trim(), z.minLength(1, 'Say why, for the books.'), z.maxLength(500, 'At most 500 characters.')),
});

type Values = z.infer<typeof schema>;

/** A part of a charge, or all that is left of it, that nobody has to pay. */
export function WaiveDialog({ charge, onClose }: { charge: Charge; onClose: () => void }) {
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    defaultValues: { amount: charge.outstanding, reason: '' },
  });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async ({ amount, reason }) => {
    try {
      await waiveCharge(charge, { amount: parseAmount(amount) ?? amount, reason });
      toast({
        tone: 'done',
        title: `${formatMoney(parseAmount(amount) ?? amount, charge.currency)} waived for ${charge.student_name}`,
      });
      onClose();
    } catch (error) {
      showProblem(form, error);
    }
  });

  return (
    <Dialog title={`Waive for ${charge.student_name}`} onClose={onClose}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        {errors.root && <Notice title={errors.root.message} />}
        <p className="text-muted">
          {purpose(charge.kind, charge)}: {formatMoney(charge.outstanding, charge.currency)} still to be paid.
        </p>
        <TextField
          label={`Amount in ${charge.currency}`}
          inputMode="decimal"
          autoComplete="off"
          error={errors.amount?.message}
          {...form.register('amount')}
        />
        <TextField
          label="Reason"
          autoComplete="off"
          hint="It stands on the student's account."
          error={errors.reason?.message}
          {...form.register('reason')}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="danger" busy={isSubmitting}>
            {isSubmitting ? 'Waiving…' : 'Waive'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
