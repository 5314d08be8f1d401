import * as z from 'zod/mini';
import { parseAmount } from './money';

/** What every form about money asks for. */
export const amountText = z
  .string()
  .check(z.refine((text) => parseAmount(text) !== null, 'Enter an amount such as 120.00.'));

export const kindOf = z.enum(['tuition', 'fees', 'books', 'other']);

export const shortText = z.string().check(z.trim(), z.maxLength(200, 'At most 200 characters.'));
