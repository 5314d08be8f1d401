'use client';

import { useQuery } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import { LoadFailure } from '@/components/ui/load-failure';
import { PageHeader } from '@/components/ui/page-header';
import { termList } from '@/lib/api/terms';
import { useUser } from '@/lib/auth';
import { formatDay } from '@/lib/dates';
import { pickTerm, termLabel } from '@/lib/terms';
import { useNow } from '@/lib/use-now';
import { DashboardSkeleton } from './dashboard-skeleton';

const loading = () => <DashboardSkeleton />;
const views = {
  student: dynamic(() => import('./student-home').then((module) => module.StudentHome), { loading }),
  teacher: dynamic(() => import('./teacher-home').then((module) => module.TeacherHome), { loading }),
  admin: dynamic(() => import('./admin-home').then((module) => module.AdminHome), { loading }),
};

/** The first question of the day, for each role another one. */
export function Dashboard() {
  const user = useUser();
  const now = useNow();
  const terms = useQuery(termList);
  const term = pickTerm(terms.data ?? [], '');
  const View = views[user.role];
  const [firstName] = user.full_name.split(' ');

  return (
    <>
      <PageHeader
        title={`${greeting(now.getHours())}, ${firstName}`}
        summary={[formatDay(now), term && termLabel(term)].filter(Boolean).join(' · ')}
      />
      <div className="mt-5">
        {terms.error ? (
          <LoadFailure error={terms.error} retry={terms.refetch} />
        ) : terms.isPending ? (
          <DashboardSkeleton />
        ) : (
          <View term={term} now={now} />
        )}
      </div>
    </>
  );
}

function greeting(hour: number): string {
  if (hour >= 5 && hour < 12) return 'Good morning';
  return hour >= 12 && hour < 18 ? 'Good afternoon' : 'Good evening';
}
