'use client';

import { useQuery } from '@tanstack/react-query';
import { ChevronDown } from 'lucide-react';
import { useState } from 'react';
import { LinkButton } from '@/components/ui/button';
import { LoadFailure } from '@/components/ui/load-failure';
import { Empty } from '@/components/ui/notice';
import { PageHeader } from '@/components/ui/page-header';
import { standing } from '@/lib/api/grades';
import type { CourseStanding, Standing } from '@/lib/api/types';
import { useUser } from '@/lib/auth';
import { formatCredits, formatDecimal, formatPercent, plural } from '@/lib/numbers';
import { paths } from '@/lib/paths';
import { courseLabel } from '@/lib/schedule';
import { termKey, termLabel } from '@/lib/terms';
import { Working } from './working';

export function MyGrades() {
  const user = useUser();
  const { data, error, refetch } = useQuery(standing(user.id));
  return (
    <>
      <PageHeader
        title="Grades"
        summary={data ? plural(data.terms.flatMap(({ courses }) => courses).length, 'course') : ''}
      />
      <div className="mt-5">
        {error ? (
          <LoadFailure error={error} retry={refetch} />
        ) : !data ? (
          <div aria-busy="true" className="card h-96" />
        ) : data.terms.length === 0 ? (
          <div className="card">
            <Empty title="No courses yet" action={<LinkButton href={paths.courses}>Find courses</LinkButton>}>
              Marks show up here as soon as a teacher enters them.
            </Empty>
          </div>
        ) : (
          <Terms standing={data} />
        )}
      </div>
    </>
  );
}

function Terms({ standing: { terms, gpa, credits } }: { standing: Standing }) {
  return (
    <div className="grid grid-cols-1 gap-6">
      <dl className="card grid grid-cols-2 divide-x divide-line">
        {[
          ['Grade point average', gpa == null ? '–' : formatDecimal(gpa, 2)],
          ['Credits completed', credits == null ? '0' : formatCredits(credits)],
        ].map(([name, value]) => (
          <div key={name} className="px-4 py-3">
            <dt className="text-sm text-muted">{name}</dt>
            <dd className="text-2xl leading-8 font-semibold tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      {terms.map((term) => (
        <section key={termKey(term)} aria-label={termLabel(term)}>
          <div className="mb-2 flex flex-wrap items-baseline justify-between gap-x-4">
            <h2 className="text-base font-semibold">{termLabel(term)}</h2>
            <p className="text-sm text-muted tabular-nums">
              {term.gpa == null
                ? 'no course completed yet'
                : `GPA ${formatDecimal(term.gpa, 2)} · ${formatCredits(term.credits ?? '0')} credits`}
            </p>
          </div>
          <ul className="card divide-y divide-line">
            {term.courses.map((course) => (
              <CourseRow key={course.enrollment_id} standing={course} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function CourseRow({ standing: row }: { standing: CourseStanding }) {
  const [open, setOpen] = useState(false);
  const { course, final } = row;
  const done = row.status === 'completed';
  return (
    <li>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex min-h-14 w-full items-center gap-3 px-4 py-2 text-left -outline-offset-2 hover:bg-sunken/60"
      >
        <span className="min-w-0 flex-1">
          <span className="block truncate">
            <span className="font-semibold">{courseLabel(course)}</span> {course.name}
          </span>
          <span className="block text-sm text-muted tabular-nums">
            {done
              ? `${formatCredits(course.credits)} credits · completed`
              : `${row.marked} of ${plural(row.assignments, 'assignment')} marked`}
          </span>
        </span>
        <span className="shrink-0 text-right tabular-nums">
          <span className={`block text-lg leading-6 font-semibold ${done ? '' : 'text-muted'}`}>
            {final.letter ?? '–'}
          </span>
          <span className="block text-xs text-muted">
            {final.percent == null ? 'no marks yet' : formatPercent(final.percent, 2)}
            {final.percent != null && !done && ' so far'}
          </span>
        </span>
        <ChevronDown
          aria-hidden
          className={`size-4 shrink-0 text-muted transition-transform ${open ? 'rotate-180' : ''}`}
        />
      </button>
      {open && <Working enrollmentId={row.enrollment_id} />}
    </li>
  );
}
