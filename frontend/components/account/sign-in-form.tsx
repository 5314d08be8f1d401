'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import Link from 'next/link';
import { useForm } from 'react-hook-form';
import * as z from 'zod/mini';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { signIn } from '@/lib/api/auth';
import { useSession } from '@/lib/auth';
import { showProblem } from '@/lib/form-errors';
import { paths } from '@/lib/paths';

const schema = z.object({
  email: z.string().check(z.trim(), z.minLength(1, 'Enter your email address.')),
  password: z.string().check(z.minLength(1, 'Enter your password.')),
});

export function SignInForm() {
  const state = useSession();
  const form = useForm({ resolver: zodResolver(schema), defaultValues: { email: '', password: '' } });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async ({ email, password }) => {
    try {
      await signIn(email, password);
    } catch (error) {
      showProblem(form, error, { codes: { invalid_credentials: 'password' } });
    }
  });

  return (
    <>
      <form onSubmit={submit} noValidate className="card mt-6 flex flex-col gap-4 p-5">
        {state.status === 'signed-out' && state.why === 'expired' && !errors.root && (
          <Notice tone="info" title="Your session has ended. Sign in again." />
        )}
        {errors.root && <Notice title={errors.root.message} />}
        <TextField
          label="Email"
          type="email"
          autoComplete="username"
          error={errors.email?.message}
          {...form.register('email')}
        />
        <TextField
          label="Password"
          type="password"
          autoComplete="current-password"
          error={errors.password?.message}
          {...form.register('password')}
        />
        <Button type="submit" look="primary" busy={isSubmitting} className="mt-1">
          {isSubmitting ? 'Signing in…' : 'Sign in'}
        </Button>
      </form>
      <p className="mt-4 text-center text-sm text-muted">
        New student?{' '}
        <Link href={paths.register} className="font-medium text-accent underline underline-offset-2">
          Create an account
        </Link>
      </p>
    </>
  );
}
