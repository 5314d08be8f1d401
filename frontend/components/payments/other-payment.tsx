'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { useForm } from 'react-hook-form';
import * as z from 'zod/mini';
import { Dialog } from '@/components/ui/dialog';
import { SelectField, TextField } from '@/components/ui/field';
import { FormActions } from '@/components/ui/form-actions';
import { AmountField, KindField } from '@/components/ui/money-field';
import { Notice } from '@/components/ui/notice';
import { beginPayment } from '@/lib/api/payments';
import type { PaymentSettings } from '@/lib/api/types';
import { showProblem } from '@/lib/form-errors';
import { formatMoney, parseAmount } from '@/lib/money';
import { amountText, kindOf, shortText } from '@/lib/money-fields';
import { paths } from '@/lib/paths';

const schema = z.object({
  amount: amountText,
  currency: z.string(),
  payment_type: kindOf,
  description: shortText,
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
          <AmountField
            label="Amount"
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
        <KindField error={errors.payment_type?.message} {...form.register('payment_type')} />
        <TextField
          label="What it is for (optional)"
          autoComplete="off"
          error={errors.description?.message}
          {...form.register('description')}
        />
        <FormActions
          submit="Continue to the card"
          busyText="One moment…"
          busy={isSubmitting}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
