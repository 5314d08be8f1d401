'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import * as z from 'zod/mini';
import { Button } from '@/components/ui/button';
import { SelectField, TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { toast } from '@/components/ui/toast-queue';
import { toProblem } from '@/lib/api/problem';
import type { UpdateUser, User } from '@/lib/api/types';
import { deactivateUser, updateUser } from '@/lib/api/users';
import { useUser } from '@/lib/auth';
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

const labels: Record<keyof Values, string> = {
  full_name: 'name',
  email: 'email',
  role: 'role',
  department: 'department',
  password: 'password',
};

function valuesOf(person: User): Values {
  const { full_name, email, role, department } = person;
  return { full_name, email, role, department: department ?? '', password: '' };
}

/** Only what differs, so that a change of name does not also claim the role. */
function changesOf(values: Values, before: Values): UpdateUser {
  const changed = Object.entries(values).filter(([key, value]) => value !== before[key as keyof Values]);
  return Object.fromEntries(
    changed.map(([key, value]) => [key, key === 'department' && value === '' ? null : value]),
  ) as UpdateUser;
}

export function PersonForm({ person, onDone }: { person: User; onDone: () => void }) {
  const me = useUser();
  const form = useForm<Values>({ resolver: zodResolver(schema), defaultValues: valuesOf(person) });
  const { errors, isSubmitting, isDirty } = form.formState;
  const [stale, setStale] = useState<User | null>(null);
  const [busy, setBusy] = useState(false);
  const base = stale ?? person;
  const own = me.id === person.id;

  const submit = form.handleSubmit(async (values) => {
    try {
      await updateUser(person.id, base.version, changesOf(values, valuesOf(base)));
      toast({ tone: 'done', title: `${values.full_name} is saved` });
      onDone();
    } catch (error) {
      const problem = toProblem(error);
      if (problem.code === 'stale') return setStale(problem.facts.current as User);
      showProblem(form, error, {
        codes: { email_taken: 'email', tied_to_role: 'role', own_account: 'role' },
      });
    }
  });

  const setActive = async (active: boolean) => {
    setBusy(true);
    try {
      if (active) await updateUser(person.id, base.version, { is_active: true });
      else await deactivateUser(person.id);
      toast({
        tone: 'done',
        title: active ? `${person.full_name} may sign in again` : `${person.full_name} is deactivated`,
      });
      onDone();
    } catch (error) {
      showProblem(form, error);
      setBusy(false);
    }
  };

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      {errors.root && <Notice title={errors.root.message} />}
      {stale && (
        <Notice tone="warn" title="Somebody else changed this person while you were editing.">
          {differences(form.getValues(), valuesOf(stale))} Save again to keep what you entered.
        </Notice>
      )}
      {!person.is_active && (
        <Notice
          tone="warn"
          title="Deactivated: cannot sign in."
          action={
            <Button size="small" busy={busy} onClick={() => void setActive(true)}>
              Activate
            </Button>
          }
        />
      )}
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
        label="Department"
        autoComplete="off"
        error={errors.department?.message}
        {...form.register('department')}
      />
      {!own && (
        <TextField
          label="New password"
          type="password"
          autoComplete="new-password"
          hint="Leave it empty to keep the present one. A new one ends all their sessions."
          error={errors.password?.message}
          {...form.register('password')}
        />
      )}
      <div className="flex flex-wrap gap-2">
        {person.is_active && (
          <Button
            look="danger"
            busy={busy}
            disabledReason={own ? 'Another administrator has to deactivate you' : null}
            onClick={() => void setActive(false)}
          >
            Deactivate
          </Button>
        )}
        <div className="ml-auto flex gap-2">
          <Button onClick={onDone}>Cancel</Button>
          <Button
            type="submit"
            look="primary"
            busy={isSubmitting}
            disabledReason={isDirty ? null : 'Nothing to save yet'}
          >
            {isSubmitting ? 'Saving…' : 'Save'}
          </Button>
        </div>
      </div>
    </form>
  );
}

function differences(mine: Values, theirs: Values): string {
  const keys = (Object.keys(labels) as (keyof Values)[]).filter(
    (key) => key !== 'password' && mine[key] !== theirs[key],
  );
  return keys
    .map((key) => `The ${labels[key]} is now “${theirs[key] || 'empty'}”, you entered “${mine[key]}”.`)
    .join(' ');
}
