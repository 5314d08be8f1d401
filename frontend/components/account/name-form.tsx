'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { useForm } from 'react-hook-form';
import * as z from 'zod/mini';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { toast } from '@/components/ui/toast-queue';
import type { User } from '@/lib/api/types';
import { updateProfile } from '@/lib/api/users';
import { showProblem } from '@/lib/form-errors';

const schema = z.object({ full_name: z.string().check(z.trim(), z.minLength(1, 'Enter your name.')) });

export function NameForm({ user }: { user: User }) {
  const form = useForm({ resolver: zodResolver(schema), values: { full_name: user.full_name } });
  const { errors, isSubmitting, isDirty } = form.formState;

  const submit = form.handleSubmit(async (body) => {
    try {
      await updateProfile(user.id, body);
      toast({ tone: 'done', title: 'Your name is saved' });
    } catch (error) {
      showProblem(form, error);
    }
  });

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      {errors.root && <Notice title={errors.root.message} />}
      <TextField
        label="Full name"
        autoComplete="name"
        error={errors.full_name?.message}
        {...form.register('full_name')}
      />
      <Button
        type="submit"
        className="self-start"
        busy={isSubmitting}
        disabledReason={isDirty ? null : 'Nothing to save: the name is as it was'}
      >
        Save name
      </Button>
    </form>
  );
}
