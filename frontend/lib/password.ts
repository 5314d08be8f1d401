import * as z from 'zod/mini';

export const newPassword = z
  .string()
  .check(z.minLength(12, 'Use at least 12 characters.'), z.maxLength(128, 'Use at most 128 characters.'));
