'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import * as z from 'zod/mini';
import { Picker, type Choice } from '@/components/ui/combobox';
import { Dialog } from '@/components/ui/dialog';
import { FormActions } from '@/components/ui/form-actions';
import { AmountField, KindField } from '@/components/ui/money-field';
import { Notice } from '@/components/ui/notice';
import { toast } from '@/components/ui/toast-queue';
import { createCharge } from '@/lib/api/payments';
import type { PaymentSettings } from '@/lib/api/types';
import { userList } from '@/lib/api/users';
import { showProblem } from '@/lib/form-errors';
import { formatMoney, parseAmount } from '@/lib/money';
import { amountText, kindOf, shortText } from '@/lib/money-fields';
import { useDebounced } from '@/lib/use-debounced';
import { ChargeDetails, given } from './charge-fields';

const schema = z.object({ kind: kindOf, amount: amountText, due_on: z.string(), description: shortText });

type Values = z.infer<typeof schema>;

/** One student, for something of their own: a late fee, a lost key. */
export function ChargeDialog({ settings, onClose }: { settings: PaymentSettings; onClose: () => void }) {
  const [student, setStudent] = useState<Choice | null>(null);
  const [search, setSearch] = useState('');
  const settled = useDebounced(search);
  const found = useQuery(userList({ role: 'student', q: settled, page_size: 8 }));
  const form = useForm<Values>({
    resolver: zodResolver(schema),
    defaultValues: { kind: 'fees', amount: '', due_on: '', description: '' },
  });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async ({ kind, amount, due_on, description }) => {
    if (!student) return;
    try {
      const charge = await createCharge({
        user_id: student.id,
        kind,
        amount: parseAmount(amount) ?? amount,
        currency: settings.default_currency,
        ...given({ due_on, description }),
      });
      toast({
        tone: 'done',
        title: `${charge.student_name} is charged ${formatMoney(charge.amount, charge.currency)}`,
      });
      onClose();
    } catch (error) {
      showProblem(form, error);
    }
  });

  return (
    <Dialog title="Charge a student" onClose={onClose}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        {errors.root && <Notice title={errors.root.message} />}
        <Picker
          label="Student"
          placeholder="Name, email or student number"
          value={student}
          onChange={setStudent}
          choices={(found.data?.items ?? []).map((user) => ({
            id: user.id,
            label: user.full_name,
            detail: user.student_id ?? user.email,
          }))}
          searching={found.isFetching || search !== settled}
          onSearch={setSearch}
        />
        <div className="grid grid-cols-2 gap-3">
          <AmountField
            label={`Amount in ${settings.default_currency}`}
            error={errors.amount?.message}
            {...form.register('amount')}
          />
          <KindField {...form.register('kind')} />
        </div>
        <ChargeDetails register={form.register} errors={errors} />
        <FormActions
          submit="Charge"
          busyText="Charging…"
          busy={isSubmitting}
          disabledReason={student ? null : 'Choose a student first'}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
