'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { FormActions } from '@/components/ui/form-actions';
import { Notice } from '@/components/ui/notice';
import { toast } from '@/components/ui/toast-queue';
import { toProblem } from '@/lib/api/problem';
import type { UpdateUser, User } from '@/lib/api/types';
import { deactivateUser, updateUser } from '@/lib/api/users';
import { useUser } from '@/lib/auth';
import { showProblem } from '@/lib/form-errors';
import { PersonFields, personSchema, type PersonValues } from './person-fields';

const labels: Record<keyof PersonValues, string> = {
  full_name: 'name',
  email: 'email',
  role: 'role',
  department: 'department',
  password: 'password',
};

function valuesOf(person: User): PersonValues {
  const { full_name, email, role, department } = person;
  return { full_name, email, role, department: department ?? '', password: '' };
}

/** Only what differs, so that a change of name does not also claim the role. */
function changesOf(values: PersonValues, before: PersonValues): UpdateUser {
  const changed = Object.entries(values).filter(
    ([key, value]) => value !== before[key as keyof PersonValues],
  );
  return Object.fromEntries(
    changed.map(([key, value]) => [key, key === 'department' && value === '' ? null : value]),
  ) as UpdateUser;
}

export function PersonForm({ person, onDone }: { person: User; onDone: () => void }) {
  const me = useUser();
  const form = useForm<PersonValues>({
    resolver: zodResolver(personSchema),
    defaultValues: valuesOf(person),
  });
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
      <PersonFields register={form.register} errors={errors} />
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
      <FormActions
        submit="Save"
        busyText="Saving…"
        busy={isSubmitting}
        disabledReason={isDirty ? null : 'Nothing to save yet'}
        onCancel={onDone}
        aside={
          person.is_active && (
            <Button
              look="danger"
              busy={busy}
              disabledReason={own ? 'Another administrator has to deactivate you' : null}
              onClick={() => void setActive(false)}
            >
              Deactivate
            </Button>
          )
        }
      />
    </form>
  );
}

function differences(mine: PersonValues, theirs: PersonValues): string {
  const keys = (Object.keys(labels) as (keyof PersonValues)[]).filter(
    (key) => key !== 'password' && mine[key] !== theirs[key],
  );
  return keys
    .map((key) => `The ${labels[key]} is now “${theirs[key] || 'empty'}”, you entered “${mine[key]}”.`)
    .join(' ');
}
