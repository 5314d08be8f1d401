'use client';

import { LogOut } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { PageHeader } from '@/components/ui/page-header';
import { Segments } from '@/components/ui/segments';
import { signOut } from '@/lib/api/auth';
import { useUser } from '@/lib/auth';
import { setTheme, useTheme } from '@/lib/theme';
import { NameForm } from './name-form';
import { PasswordForm } from './password-form';

const themes = [
  { value: 'system', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
] as const;

export function Profile() {
  const user = useUser();
  const theme = useTheme();
  const facts = [
    ['Email', user.email],
    ...(user.student_id ? [['Student number', user.student_id]] : []),
    ...(user.department ? [['Department', user.department]] : []),
  ];
  return (
    <div className="max-w-xl">
      <PageHeader title="Profile" />
      <section aria-labelledby="you" className="card mt-5 p-5">
        <h2 id="you" className="mb-4 text-base font-semibold">
          You
        </h2>
        <dl className="mb-5 grid gap-x-6 gap-y-3 sm:grid-cols-2">
          {facts.map(([name, value]) => (
            <div key={name} className="min-w-0">
              <dt className="text-xs text-muted">{name}</dt>
              <dd className="truncate">{value}</dd>
            </div>
          ))}
        </dl>
        <NameForm user={user} />
      </section>
      <section aria-labelledby="password" className="card mt-4 p-5">
        <h2 id="password" className="mb-4 text-base font-semibold">
          Password
        </h2>
        <PasswordForm user={user} />
      </section>
      <section
        aria-labelledby="look"
        className="card mt-4 flex flex-wrap items-center justify-between gap-3 p-5"
      >
        <h2 id="look" className="text-base font-semibold">
          Theme
        </h2>
        <Segments label="Theme" value={theme} options={themes} onChange={setTheme} />
      </section>
      <Button className="mt-4" onClick={() => void signOut()}>
        <LogOut aria-hidden className="size-4" /> Sign out
      </Button>
    </div>
  );
}
