'use client';

import { useQuery } from '@tanstack/react-query';
import { TrendChart } from '@/components/charts';
import { CardSection } from '@/components/ui/card-section';
import { Figure, Figures } from '@/components/ui/figure';
import { LoadFailure } from '@/components/ui/load-failure';
import { PeriodFilters } from '@/components/ui/report-filters';
import { enrollmentReport } from '@/lib/api/analytics';
import { termList } from '@/lib/api/terms';
import type { EnrollmentReport } from '@/lib/api/types';
import { formatDate, formatShortDate } from '@/lib/dates';
import { formatCount } from '@/lib/numbers';
import { useQueryState } from '@/lib/query-state';
import { periodOf } from '@/lib/reports';
import { termKey, termLabel } from '@/lib/terms';

const defaults = { view: '', term: '', from: '', to: '' };

export function Enrollments() {
  const [state, update] = useQueryState(defaults);
  const terms = useQuery(termList);
  const period = periodOf(terms.data ?? [], state);
  const report = useQuery({ ...enrollmentReport(period), enabled: terms.isSuccess });
  const { data } = report;
  const failed = terms.error ?? report.error;

  return (
    <>
      <div role="search" aria-label="Report on enrolments" className="grid grid-cols-2 gap-2 md:flex">
        <PeriodFilters terms={terms.data ?? []} state={state} taken={data} onChange={update} />
      </div>
      {failed ? (
        <div className="mt-4">
          <LoadFailure error={failed} retry={terms.error ? terms.refetch : report.refetch} />
        </div>
      ) : (
        <div
          aria-busy={report.isPending}
          className={`mt-4 grid gap-4 transition-opacity ${report.isPlaceholderData ? 'opacity-60' : ''}`}
        >
          <Totals totals={data?.totals} />
          <CardSection
            title="Day by day"
            meaning="What happened on each day of the campus's calendar. Taken: seats taken at once or given to waiters. Refused: attempts that a rule refused."
          >
            {data ? <Days report={data} /> : <div className="h-67" />}
          </CardSection>
          <CardSection
            title="How it stands now"
            meaning="Enrolments of each term as they are now, whatever days are chosen above. Students: people with a seat or a completed course, each once."
            flush
          >
            {data ? <Terms rows={data.by_semester} /> : <div className="h-40" />}
          </CardSection>
        </div>
      )}
    </>
  );
}

function Totals({ totals }: { totals: EnrollmentReport['totals'] | undefined }) {
  const figures = [
    [
      'Seats taken',
      totals && totals.enrolled + totals.promoted,
      'Seats taken at once, and seats given to waiters, in these days.',
    ],
    ['From a queue', totals?.promoted, 'Seats that waiters got when somebody left or seats were added.'],
    ['Seats given up', totals?.dropped, 'Seats that students or administrators gave up.'],
    ['Net', totals?.net, 'Seats taken less seats given up.'],
    ['Joined a queue', totals?.waitlisted, 'Students who began to wait for a seat.'],
    [
      'Refused',
      totals?.refused,
      'Attempts to enrol or to drop that a rule refused: full, clash, closed and so on.',
    ],
  ] as const;
  return (
    <Figures label="In these days" count={6}>
      {figures.map(([name, value, meaning]) => (
        <Figure
          key={name}
          name={name}
          meaning={meaning}
          value={value === undefined ? undefined : formatCount(value)}
        />
      ))}
    </Figures>
  );
}

function Days({ report }: { report: EnrollmentReport }) {
  const days = report.by_day;
  return (
    <TrendChart
      title={`Enrolments from ${formatDate(report.from)} to ${formatDate(report.to)}`}
      what="Day"
      labels={days.map(({ day }) => formatDate(day))}
      ticks={days.map(({ day }) => formatShortDate(day))}
      series={[
        { name: 'Taken', values: days.map((day) => day.enrolled + day.promoted) },
        { name: 'Given up', values: days.map((day) => day.dropped) },
        { name: 'Refused', values: days.map((day) => day.refused) },
      ]}
      format={formatCount}
    />
  );
}

function Terms({ rows }: { rows: EnrollmentReport['by_semester'] }) {
  const columns = [
    ['Students', (row) => row.students],
    ['Enrolled', (row) => row.enrolled],
    ['Waiting', (row) => row.pending],
    ['Completed', (row) => row.completed],
    ['Dropped', (row) => row.dropped],
    ['Sections', (row) => row.sections],
    ['Seats', (row) => row.seats],
  ] satisfies [string, (row: EnrollmentReport['by_semester'][number]) => number][];
  return (
    <div
      className="overflow-x-auto border-t border-line"
      tabIndex={0}
      role="group"
      aria-label="Enrolments by term"
    >
      <table className="w-full border-collapse text-right text-sm tabular-nums">
        <caption className="sr-only">Enrolments by term</caption>
        <thead className="bg-sunken text-xs text-muted">
          <tr className="[&>th]:h-9 [&>th]:px-4 [&>th]:font-medium">
            <th scope="col" className="text-left">
              Term
            </th>
            {columns.map(([name]) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={termKey(row)} className="border-t border-line [&>*]:h-10 [&>*]:px-4">
              <th scope="row" className="text-left font-medium whitespace-nowrap">
                {termLabel(row)}
              </th>
              {columns.map(([name, value]) => (
                <td key={name}>{formatCount(value(row))}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
