'use client';

import type { ComponentProps } from 'react';
import { kindLabel } from '@/lib/payment-words';
import { SelectField, TextField } from './field';

/** An amount is typed as text: a number field would round it and take 1e5. */
export function AmountField(props: ComponentProps<typeof TextField>) {
  return <TextField inputMode="decimal" autoComplete="off" {...props} />;
}

/** What money is for. */
export function KindField(props: Omit<ComponentProps<typeof SelectField>, 'label' | 'children'>) {
  return (
    <SelectField label="For" {...props}>
      {Object.entries(kindLabel).map(([kind, label]) => (
        <option key={kind} value={kind}>
          {label}
        </option>
      ))}
    </SelectField>
  );
}
