'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import Link from 'next/link';
import { useForm } from 'react-hook-form';
import * as z from 'zod/mini';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { register } from '@/lib/api/auth';
import { showProblem } from '@/lib/form-errors';
import { newPassword } from '@/lib/password';
import { paths } from '@/lib/paths';

const schema = z.object({
  full_name: z.string().check(z.trim(), z.minLength(1, 'Enter your name.')),
  email: z.string().check(z.trim(), z.email('Enter an email address like name@example.edu.')),
  department: z.string().check(z.trim()),
  password: newPassword,
});

const blank = { full_name: '', email: '', department: '', password: '' };

export function RegisterForm() {
  const form = useForm({ resolver: zodResolver(schema), defaultValues: blank });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async ({ department, ...rest }) => {
    try {
      await register(department ? { ...rest, department } : rest);
    } catch (error) {
      showProblem(form, error, { codes: { email_taken: 'email' } });
    }
  });

  return (
    <>
      <form onSubmit={submit} noValidate className="card mt-6 flex flex-col gap-4 p-5">
        {errors.root && <Notice title={errors.root.message} />}
        <TextField
          label="Full name"
          autoComplete="name"
          error={errors.full_name?.message}
          {...form.register('full_name')}
        />
        <TextField
          label="Email"
          type="email"
          autoComplete="username"
          error={errors.email?.message}
          {...form.register('email')}
        />
        <TextField
          label="Department (optional)"
          autoComplete="off"
          error={errors.department?.message}
          {...form.register('department')}
        />
        <TextField
          label="Password"
          type="password"
          autoComplete="new-password"
          hint="At least 12 characters. A few words are easier to remember than symbols."
          error={errors.password?.message}
          {...form.register('password')}
        />
        <Button type="submit" look="primary" busy={isSubmitting} className="mt-1">
          {isSubmitting ? 'Creating your account…' : 'Create account'}
        </Button>
      </form>
      <p className="mt-4 text-center text-sm text-muted">
        Already have one?{' '}
        <Link href={paths.signIn} className="font-medium text-accent underline underline-offset-2">
          Sign in
        </Link>
      </p>
    </>
  );
}
