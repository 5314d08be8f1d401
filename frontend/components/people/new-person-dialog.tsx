'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { useForm } from 'react-hook-form';
import { Dialog } from '@/components/ui/dialog';
import { TextField } from '@/components/ui/field';
import { FormActions } from '@/components/ui/form-actions';
import { Notice } from '@/components/ui/notice';
import { toast } from '@/components/ui/toast-queue';
import { createUser } from '@/lib/api/users';
import { showProblem } from '@/lib/form-errors';
import { PersonFields, personSchema, type PersonValues } from './person-fields';

const blank: PersonValues = { full_name: '', email: '', role: 'student', department: '', password: '' };

export function NewPersonDialog({ onClose }: { onClose: () => void }) {
  const form = useForm<PersonValues>({ resolver: zodResolver(personSchema), defaultValues: blank });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async ({ department, password, ...rest }) => {
    try {
      const person = await createUser({
        ...rest,
        ...(department ? { department } : {}),
        ...(password ? { password } : {}),
      });
      toast({
        tone: 'done',
        title: `${person.full_name} has an account`,
        detail: person.student_id ? `Student number ${person.student_id}` : person.email,
      });
      onClose();
    } catch (error) {
      showProblem(form, error, { codes: { email_taken: 'email' } });
    }
  });

  return (
    <Dialog title="New person" onClose={onClose}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        {errors.root && <Notice title={errors.root.message} />}
        <PersonFields register={form.register} errors={errors} />
        <TextField
          label="Password (optional)"
          type="password"
          autoComplete="new-password"
          hint="Without one nobody can sign in until you set it."
          error={errors.password?.message}
          {...form.register('password')}
        />
        <FormActions submit="Create" busyText="Creating…" busy={isSubmitting} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
