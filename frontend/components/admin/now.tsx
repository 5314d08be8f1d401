'use client';

import { useQuery } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Figure, Figures } from '@/components/ui/figure';
import { LoadFailure } from '@/components/ui/load-failure';
import { Notice } from '@/components/ui/notice';
import { dashboard } from '@/lib/api/analytics';
import { explain } from '@/lib/api/explain';
import type { Dashboard } from '@/lib/api/types';
import { formatMoment, formatSeconds } from '@/lib/dates';
import { formatMoney } from '@/lib/money';
import { formatCount, formatPercent, plural } from '@/lib/numbers';
import { FullestCourses } from './fullest-courses';
import { RegistrationNow } from './registration-now';

export function Now() {
  const { data, error, refetch, isFetching } = useQuery(dashboard);
  if (error && !data) return <LoadFailure error={error} retry={refetch} />;
  return (
    <>
      <div className="flex min-h-9 items-center justify-between gap-2">
        <p className="text-sm text-muted tabular-nums">
          {data && (
            <>
              As of <time dateTime={data.at}>{formatSeconds(data.at)}</time>, every 30 seconds
            </>
          )}
        </p>
        <Button size="small" look="quiet" onClick={() => void refetch()}>
          <RefreshCw aria-hidden className={`size-3.5 ${isFetching ? 'animate-spin' : ''}`} /> Refresh
        </Button>
      </div>
      {error && (
        <div className="my-2">
          <Notice tone="warn" title="These are the last numbers that came.">
            {explain(error)}
          </Notice>
        </div>
      )}
      <Numbers data={data} />
      <div className="mt-4 grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <FullestCourses courses={data?.fullest_courses} />
        <RegistrationNow terms={data?.registration} />
      </div>
    </>
  );
}

function Numbers({ data }: { data: Dashboard | undefined }) {
  const people = data?.active_users;
  const today = data?.enrollments_today;
  const pool = data?.pool;
  return (
    <Figures label="Now" count={6}>
      <Figure
        name="Active people"
        meaning="People with a live session used in the last 15 minutes, each once."
        value={people && formatCount(people.total)}
        detail={
          people &&
          `${plural(people.student, 'student')}, ${plural(people.teacher, 'teacher')}, ${plural(people.admin, 'admin')}`
        }
      />
      <Figure
        name="Enrolments today"
        meaning="Seats taken at once or given to waiters, less seats given up, since midnight on the campus."
        value={today && formatCount(today.net)}
        detail={
          today &&
          `${formatCount(today.enrolled + today.promoted)} in, ${formatCount(today.dropped)} out, ${formatCount(today.refused)} refused`
        }
      />
      <Figure
        name="Waiting"
        meaning="Places in the queues of the current terms. A student who waits for two courses counts twice."
        value={data && formatCount(data.waitlist_total)}
        detail={today && `${formatCount(today.waitlisted)} joined a queue today`}
      />
      <Figure
        name="Revenue today"
        meaning="Payments settled today on the campus, less refunds settled today. Each currency by itself."
        value={data && revenue(data)}
        detail={data && refunds(data)}
      />
      <Requests data={data} />
      <Figure
        name="Database connections"
        meaning="Connections of the answering process that are in use, and how many it may open."
        value={pool && `${formatCount(pool.active)} of ${formatCount(pool.max)}`}
        detail={pool && `${formatCount(pool.idle)} open and idle`}
      />
    </Figures>
  );
}

function Requests({ data }: { data: Dashboard | undefined }) {
  const requests = data?.requests;
  if (data && !requests) {
    return (
      <Figure
        name="Requests"
        meaning="Counted by the metrics, which are switched off here (ENABLE_METRICS)."
        value="–"
        detail="Metrics are off"
      />
    );
  }
  return (
    <Figure
      name="Requests"
      meaning={`Answered by the process that answers here${requests ? `, since ${formatMoment(requests.since)}` : ''}; not counted are health checks and the files of the pages. 19 of 20 were answered within the time given (p95), estimated from the process's histogram.`}
      value={requests && formatCount(requests.total)}
      detail={
        requests &&
        `${formatPercent(requests.error_rate, 2)} failed, p95 ${requests.p95_seconds == null ? '–' : milliseconds(requests.p95_seconds)}`
      }
    />
  );
}

function milliseconds(seconds: number): string {
  return seconds < 1 ? `${formatCount(Math.round(seconds * 1000))} ms` : `${seconds.toFixed(2)} s`;
}

function revenue({ revenue_today }: Dashboard) {
  if (revenue_today.length === 0) return '0';
  return revenue_today.map(({ currency, net }) => (
    <span key={currency} className="block">
      {formatMoney(net, currency)}
    </span>
  ));
}

function refunds({ revenue_today }: Dashboard): string {
  const payments = revenue_today.reduce((sum, line) => sum + line.payments, 0);
  const refunded = revenue_today.reduce((sum, line) => sum + line.refunds, 0);
  const disputed = revenue_today.reduce((sum, line) => sum + line.disputes, 0);
  const settled = `${plural(payments, 'payment')}, ${plural(refunded, 'refund')}`;
  return disputed > 0 ? `${settled}, ${disputed} disputed` : settled;
}
