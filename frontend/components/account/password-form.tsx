'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { useForm } from 'react-hook-form';
import * as z from 'zod/mini';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { toast } from '@/components/ui/toast-queue';
import type { User } from '@/lib/api/types';
import { changePassword } from '@/lib/api/users';
import { showProblem } from '@/lib/form-errors';
import { newPassword } from '@/lib/password';

const schema = z.object({
  current_password: z.string().check(z.minLength(1, 'Enter your current password.')),
  password: newPassword,
});

export function PasswordForm({ user }: { user: User }) {
  const form = useForm({
    resolver: zodResolver(schema),
    defaultValues: { current_password: '', password: '' },
  });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async (body) => {
    try {
      await changePassword(user, body);
      form.reset();
      toast({ tone: 'done', title: 'Your password is changed', detail: 'Other devices are signed out.' });
    } catch (error) {
      showProblem(form, error, { codes: { invalid_credentials: 'current_password' } });
    }
  });

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      {errors.root && <Notice title={errors.root.message} />}
      <input type="hidden" autoComplete="username" value={user.email} readOnly />
      <TextField
        label="Current password"
        type="password"
        autoComplete="current-password"
        error={errors.current_password?.message}
        {...form.register('current_password')}
      />
      <TextField
        label="New password"
        type="password"
        autoComplete="new-password"
        hint="At least 12 characters."
        error={errors.password?.message}
        {...form.register('password')}
      />
      <Button type="submit" className="self-start" busy={isSubmitting}>
        Change password
      </Button>
    </form>
  );
}
