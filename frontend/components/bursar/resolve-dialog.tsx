'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import type { ReactNode } from 'react';
import { useForm } from 'react-hook-form';
import * as z from 'zod/mini';
import { Dialog } from '@/components/ui/dialog';
import { TextField } from '@/components/ui/field';
import { FormActions } from '@/components/ui/form-actions';
import { Notice } from '@/components/ui/notice';
import { toast } from '@/components/ui/toast-queue';
import { showProblem } from '@/lib/form-errors';

const schema = z.object({
  reason: z
    .string()
    .check(
      z.trim(),
      z.minLength(1, 'Say what was done about it.'),
      z.maxLength(500, 'At most 500 characters.'),
    ),
});

interface ResolveDialogProps {
  /** What it is about, as its heading. */
  title: string;
  resolve: (reason: string) => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
}

/** Why nobody has to look at something any more. It changes no payment and cannot be taken back. */
export function ResolveDialog({ title, resolve, onClose, children }: ResolveDialogProps) {
  const form = useForm({ resolver: zodResolver(schema), defaultValues: { reason: '' } });
  const { errors, isSubmitting } = form.formState;
  const send = form.handleSubmit(async ({ reason }) => {
    try {
      await resolve(reason);
      toast({ tone: 'done', title: `${title}: resolved` });
      onClose();
    } catch (error) {
      showProblem(form, error);
    }
  });

  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={send} noValidate className="flex flex-col gap-4">
        {errors.root && <Notice title={errors.root.message} />}
        {children}
        <TextField
          label="What was done"
          autoComplete="off"
          hint="It is kept with your name. No payment changes by it."
          error={errors.reason?.message}
          {...form.register('reason')}
        />
        <FormActions submit="Resolve" busyText="Resolving…" busy={isSubmitting} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
