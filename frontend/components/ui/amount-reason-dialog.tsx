'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import type { ReactNode } from 'react';
import { useForm } from 'react-hook-form';
import * as z from 'zod/mini';
import { showProblem } from '@/lib/form-errors';
import { parseAmount } from '@/lib/money';
import { amountText } from '@/lib/money-fields';
import { Dialog } from './dialog';
import { TextField } from './field';
import { FormActions } from './form-actions';
import { AmountField } from './money-field';
import { Notice } from './notice';

const schema = z.object({
  amount: amountText,
  reason: z
    .string()
    .check(z.trim(), z.minLength(1, 'Say why, for the books.'), z.maxLength(500, 'At most 500 characters.')),
});

type Values = z.infer<typeof schema>;

interface AmountReasonDialogProps {
  title: string;
  currency: string;
  /** What is offered first: all of it. */
  amount: string;
  amountHint?: string;
  reasonHint?: string;
  submit: string;
  busyText: string;
  /** Refusals that are about the amount. */
  amountCode?: string;
  onSubmit: (values: Values) => Promise<void>;
  onClose: () => void;
  children?: ReactNode;
}

/** Money that is given up or given back: how much, and why. It cannot be undone, so it is asked for in a form. */
export function AmountReasonDialog({
  title,
  currency,
  amount,
  amountHint,
  reasonHint,
  submit,
  busyText,
  amountCode,
  onSubmit,
  onClose,
  children,
}: AmountReasonDialogProps) {
  const form = useForm<Values>({ resolver: zodResolver(schema), defaultValues: { amount, reason: '' } });
  const { errors, isSubmitting } = form.formState;
  const send = form.handleSubmit(async (values) => {
    try {
      await onSubmit({ ...values, amount: parseAmount(values.amount) ?? values.amount });
      onClose();
    } catch (error) {
      showProblem(form, error, { codes: amountCode ? { [amountCode]: 'amount' } : {} });
    }
  });

  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={send} noValidate className="flex flex-col gap-4">
        {errors.root && <Notice title={errors.root.message} />}
        {children}
        <AmountField
          label={`Amount in ${currency}`}
          hint={amountHint}
          error={errors.amount?.message}
          {...form.register('amount')}
        />
        <TextField
          label="Reason"
          autoComplete="off"
          hint={reasonHint}
          error={errors.reason?.message}
          {...form.register('reason')}
        />
        <FormActions
          submit={submit}
          busyText={busyText}
          busy={isSubmitting}
          look="danger"
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
