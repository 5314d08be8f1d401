'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { useQuery } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import * as z from 'zod/mini';
import { Dialog } from '@/components/ui/dialog';
import { SelectField } from '@/components/ui/field';
import { FormActions } from '@/components/ui/form-actions';
import { LoadFailure } from '@/components/ui/load-failure';
import { AmountField, KindField } from '@/components/ui/money-field';
import { Notice } from '@/components/ui/notice';
import { toast } from '@/components/ui/toast-queue';
import { assessCharges } from '@/lib/api/payments';
import { termList } from '@/lib/api/terms';
import type { PaymentSettings, Term } from '@/lib/api/types';
import { showProblem } from '@/lib/form-errors';
import { formatMoney, parseAmount } from '@/lib/money';
import { amountText, kindOf, shortText } from '@/lib/money-fields';
import { plural } from '@/lib/numbers';
import { pickTerm, termKey, termLabel } from '@/lib/terms';
import { ChargeDetails, given } from './charge-fields';

const schema = z.object({
  term: z.string(),
  kind: kindOf,
  basis: z.enum(['flat', 'per_credit']),
  amount: amountText,
  due_on: z.string(),
  description: shortText,
});

type Values = z.infer<typeof schema>;

/** Everybody registered in a term, at once. Repeating it charges only those who were not charged before. */
export function AssessDialog({ settings, onClose }: { settings: PaymentSettings; onClose: () => void }) {
  const terms = useQuery(termList);
  return (
    <Dialog title="Charge a term" onClose={onClose}>
      {terms.error ? (
        <LoadFailure error={terms.error} retry={terms.refetch} />
      ) : terms.data ? (
        <AssessForm terms={terms.data} settings={settings} onClose={onClose} />
      ) : (
        <div aria-busy="true" className="h-96" />
      )}
    </Dialog>
  );
}

function AssessForm({
  terms,
  settings,
  onClose,
}: {
  terms: readonly Term[];
  settings: PaymentSettings;
  onClose: () => void;
}) {
  const current = pickTerm(terms, '');
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    defaultValues: {
      term: current ? termKey(current) : '',
      kind: 'tuition',
      basis: 'per_credit',
      amount: '',
      due_on: '',
      description: '',
    },
  });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async ({ term: key, amount, due_on, description, ...rest }) => {
    const term = pickTerm(terms, key);
    if (!term) return;
    try {
      const { charged, charged_before, credits_changed, total, currency } = await assessCharges({
        ...rest,
        semester: term.semester,
        year: term.year,
        amount: parseAmount(amount) ?? amount,
        currency: settings.default_currency,
        ...given({ due_on, description }),
      });
      const before = charged_before > 0 ? `${plural(charged_before, 'student')} had been charged before` : '';
      const moved =
        credits_changed > 0 ? `${plural(credits_changed, 'student')} of them now have other credits` : '';
      toast({
        tone: charged > 0 ? 'done' : 'note',
        title:
          charged > 0
            ? `${plural(charged, 'student')} charged ${formatMoney(total, currency)} in all`
            : 'Nobody was left to charge',
        detail: [before, moved].filter(Boolean).join('; '),
      });
      onClose();
    } catch (error) {
      showProblem(form, error);
    }
  });

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      {errors.root && <Notice title={errors.root.message} />}
      <SelectField label="Term" {...form.register('term')}>
        {terms.map((term) => (
          <option key={termKey(term)} value={termKey(term)}>
            {termLabel(term)}
            {term.is_current ? ' (now)' : ''}
          </option>
        ))}
      </SelectField>
      <KindField {...form.register('kind')} />
      <div className="grid grid-cols-2 gap-3">
        <AmountField
          label={`Amount in ${settings.default_currency}`}
          error={errors.amount?.message}
          {...form.register('amount')}
        />
        <SelectField label="Counted" {...form.register('basis')}>
          <option value="per_credit">per credit</option>
          <option value="flat">per student</option>
        </SelectField>
      </div>
      <ChargeDetails register={form.register} errors={errors} />
      <p className="hint">
        Everybody registered in the term is charged once for each kind. You may repeat this after late
        registrations: who was charged before is left alone.
      </p>
      <FormActions submit="Charge everybody" busyText="Charging…" busy={isSubmitting} onCancel={onClose} />
    </form>
  );
}
