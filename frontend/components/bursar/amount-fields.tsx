'use client';

import * as z from 'zod/mini';
import { parseAmount } from '@/lib/money';
import { kindLabel } from '@/lib/payment-words';

/** What a form that charges somebody asks for. */
export const amountText = z
  .string()
  .check(z.refine((text) => parseAmount(text) !== null, 'Enter an amount such as 120.00.'));
export const kindOf = z.enum(['tuition', 'fees', 'books', 'other']);
export const shortText = z.string().check(z.trim(), z.maxLength(200, 'At most 200 characters.'));

export const kindOptions = Object.entries(kindLabel).map(([kind, label]) => (
  <option key={kind} value={kind}>
    {label}
  </option>
));
