'use client';

import type { FieldErrors, UseFormRegister } from 'react-hook-form';
import { TextField } from '@/components/ui/field';

interface Details {
  due_on: string;
  description: string;
}

/** When a charge is due and what it is called, where that is said. */
export function ChargeDetails({
  register,
  errors,
}: {
  register: (name: keyof Details) => ReturnType<UseFormRegister<Details>>;
  errors: FieldErrors<Details>;
}) {
  return (
    <>
      <TextField
        label="Due on (optional)"
        type="date"
        error={errors.due_on?.message}
        {...register('due_on')}
      />
      <TextField
        label="Called on the account (optional)"
        autoComplete="off"
        error={errors.description?.message}
        {...register('description')}
      />
    </>
  );
}

/** Without what was left empty. */
export function given({ due_on, description }: Details): Partial<Details> {
  return { ...(due_on ? { due_on } : {}), ...(description ? { description } : {}) };
}
