'use client';

import type { FieldErrors, UseFormRegister } from 'react-hook-form';
import * as z from 'zod/mini';
import { SelectField, TextField } from '@/components/ui/field';
import { newPassword } from '@/lib/password';

/** What an administrator says of a person, new or not. */
export const personSchema = z.object({
  full_name: z.string().check(z.trim(), z.minLength(1, 'Enter the name.')),
  email: z.string().check(z.trim(), z.email('Enter an email address like name@example.edu.')),
  role: z.enum(['student', 'teacher', 'admin']),
  department: z.string().check(z.trim()),
  password: z.union([z.literal(''), newPassword], 'Use 12 to 128 characters, or leave it empty.'),
});

export type PersonValues = z.infer<typeof personSchema>;

/** All but the password, which each form asks for in its own words. */
export function PersonFields({
  register,
  errors,
}: {
  register: UseFormRegister<PersonValues>;
  errors: FieldErrors<PersonValues>;
}) {
  return (
    <>
      <TextField
        label="Full name"
        autoComplete="off"
        error={errors.full_name?.message}
        {...register('full_name')}
      />
      <TextField
        label="Email"
        type="email"
        autoComplete="off"
        error={errors.email?.message}
        {...register('email')}
      />
      <SelectField label="Role" error={errors.role?.message} {...register('role')}>
        <option value="student">Student</option>
        <option value="teacher">Teacher</option>
        <option value="admin">Administrator</option>
      </SelectField>
      <TextField
        label="Department (optional)"
        autoComplete="off"
        error={errors.department?.message}
        {...register('department')}
      />
    </>
  );
}
