'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { useForm } from 'react-hook-form';
import * as z from 'zod/mini';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { SelectField, TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { toast } from '@/components/ui/toast-queue';
import { createUser } from '@/lib/api/users';
import { showProblem } from '@/lib/form-errors';
import { newPassword } from '@/lib/password';

const schema = z.object({
  full_name: z.string().check(z.trim(), z.minLength(1, 'Enter the name.')),
  email: z.string().check(z.trim(), z.email('Enter an email address like name@example.edu.')),
  role: z.enum(['student', 'teacher', 'admin']),
  department: z.string().check(z.trim()),
  password: z.union([z.literal(''), newPassword], 'Use 12 to 128 characters, or leave it empty.'),
});

type Values = z.infer<typeof schema>;
const blank: Values = { full_name: '', email: '', role: 'student', department: '', password: '' };

export function NewPersonDialog({ onClose }: { onClose: () => void }) {
  const form = useForm<Values>({ resolver: zodResolver(schema), defaultValues: blank });
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
        <TextField
          label="Full name"
          autoComplete="off"
          error={errors.full_name?.message}
          {...form.register('full_name')}
        />
        <TextField
          label="Email"
          type="email"
          autoComplete="off"
          error={errors.email?.message}
          {...form.register('email')}
        />
        <SelectField label="Role" error={errors.role?.message} {...form.register('role')}>
          <option value="student">Student</option>
          <option value="teacher">Teacher</option>
          <option value="admin">Administrator</option>
        </SelectField>
        <TextField
          label="Department (optional)"
          autoComplete="off"
          error={errors.department?.message}
          {...form.register('department')}
        />
        <TextField
          label="Password (optional)"
          type="password"
          autoComplete="new-password"
          hint="Without one nobody can sign in until you set it."
          error={errors.password?.message}
          {...form.register('password')}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={isSubmitting}>
            {isSubmitting ? 'Creating…' : 'Create'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
