'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { useForm } from 'react-hook-form';
import * as z from 'zod/mini';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { SelectField, TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { beginPayment } from '@/lib/api/payments';
import type { PaymentSettings } from '@/lib/api/types';
import { showProblem } from '@/lib/form-errors';
import { formatMoney, parseAmount } from '@/lib/money';
import { paths } from '@/lib/paths';
import { kindLabel } from '@/lib/payment-words';

const schema = z.object({
  amount: z.string().check(z.refine((text) => parseAmount(text) !== null, 'Enter an amount such as 120.00.')),
  currency: z.string(),
  payment_type: z.enum(['tuition', 'fees', 'books', 'other']),
  description: z.string().check(z.trim(), z.maxLength(200, 'At most 200 characters.')),
});

type Values = z.infer<typeof schema>;

/** For what nobody charged: books, a fee at a counter, a payment in advance. */
export function OtherPayment({ settings, onClose }: { settings: PaymentSettings; onClose: () => void }) {
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    defaultValues: {
      amount: '',
      currency: settings.default_currency,
      payment_type: 'books',
      description: '',
    },
  });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async ({ amount, description, ...rest }) => {
    try {
      const { payment_id } = await beginPayment({
        ...rest,
        amount: parseAmount(amount) ?? amount,
        ...(description ? { description } : {}),
      });
      window.location.assign(paths.pay(payment_id));
    } catch (error) {
      showProblem(form, error);
    }
  });

  return (
    <Dialog title="Pay something else" onClose={onClose}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        {errors.root && <Notice title={errors.root.message} />}
        <div className="grid grid-cols-[minmax(0,1fr)_7rem] gap-3">
          <TextField
            label="Amount"
            inputMode="decimal"
            autoComplete="off"
            hint={`At most ${formatMoney(settings.max_amount, settings.default_currency)}`}
            error={errors.amount?.message}
            {...form.register('amount')}
          />
          <SelectField label="Currency" error={errors.currency?.message} {...form.register('currency')}>
            {settings.currencies.map((currency) => (
              <option key={currency}>{currency}</option>
            ))}
          </SelectField>
        </div>
        <SelectField label="For" error={errors.payment_type?.message} {...form.register('payment_type')}>
          {Object.entries(kindLabel).map(([kind, label]) => (
            <option key={kind} value={kind}>
              {label}
            </option>
          ))}
        </SelectField>
        <TextField
          label="What it is for (optional)"
          autoComplete="off"
          error={errors.description?.message}
          {...form.register('description')}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={isSubmitting}>
            {isSubmitting ? 'One moment…' : 'Continue to the card'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
