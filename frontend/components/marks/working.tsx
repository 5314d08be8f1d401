'use client';

import { useQuery } from '@tanstack/react-query';
import { LoadFailure } from '@/components/ui/load-failure';
import { enrollmentGrades } from '@/lib/api/grades';
import type { EnrollmentGrades } from '@/lib/api/types';
import { formatDate } from '@/lib/dates';
import { formatDecimal, formatPercent, formatWeight } from '@/lib/numbers';

/** Every mark, what it weighs and what it adds: the final can be checked by hand. */
export function Working({ enrollmentId }: { enrollmentId: string }) {
  const { data, error, refetch } = useQuery(enrollmentGrades(enrollmentId));
  return (
    <div className="border-t border-line bg-sunken/50 px-4 py-3">
      {error ? (
        <LoadFailure error={error} retry={refetch} />
      ) : !data ? (
        <div aria-busy="true" className="h-32" />
      ) : data.assignments.length === 0 ? (
        <p className="py-4 text-center text-sm text-muted">The teacher has not set any assignment yet.</p>
      ) : (
        <Table grades={data} />
      )}
    </div>
  );
}

const number = 'px-2 py-2 text-right tabular-nums';

function Table({ grades: { assignments, grades, final, submitted } }: { grades: EnrollmentGrades }) {
  return (
    <>
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">Marks and what each adds to the final</caption>
        <thead>
          <tr className="border-b border-line text-xs text-muted [&>th]:px-2 [&>th]:pb-1.5 [&>th]:font-medium">
            <th scope="col" className="pl-0! text-left">
              Assignment
            </th>
            <th scope="col" className="text-right">
              Mark
            </th>
            <th scope="col" className="text-right max-sm:hidden">
              Percent
            </th>
            <th scope="col" className="text-right max-sm:hidden">
              Weight
            </th>
            <th scope="col" className="pr-0! text-right">
              Adds
            </th>
          </tr>
        </thead>
        <tbody>
          {assignments.map((assignment) => {
            const mark = grades.find(({ assignment_name }) => assignment_name === assignment.name);
            const row = final.working.find(({ assignment_name }) => assignment_name === assignment.name);
            return (
              <tr key={assignment.id} className="border-b border-line align-top">
                <th scope="row" className="py-2 text-left font-medium">
                  {assignment.name}
                  {mark?.comments && (
                    <span className="block font-normal whitespace-pre-line text-muted">{mark.comments}</span>
                  )}
                  {mark && !row?.counts && (
                    <span className="block text-xs font-normal text-muted">does not count</span>
                  )}
                </th>
                <td className={`${number} whitespace-nowrap`}>
                  {mark ? (
                    <>
                      {formatDecimal(mark.score)}
                      <span className="text-muted"> / {formatDecimal(mark.max_score)}</span>
                    </>
                  ) : (
                    <span className="text-muted">not marked</span>
                  )}
                </td>
                <td className={`${number} text-muted max-sm:hidden`}>{row && formatPercent(row.percent)}</td>
                <td className={`${number} text-muted max-sm:hidden`}>
                  {assignment.weight == null ? '–' : formatWeight(assignment.weight)}
                </td>
                <td className={`${number} pr-0!`}>{row?.counts ? formatDecimal(row.contribution, 2) : ''}</td>
              </tr>
            );
          })}
        </tbody>
        <tfoot>
          <tr className="font-semibold">
            <th scope="row" className="py-2 text-left">
              {submitted ? 'Final' : 'So far'}
            </th>
            <td className="max-sm:hidden" />
            <td className="max-sm:hidden" />
            <td colSpan={2} className={`${number} pr-0!`}>
              {final.percent == null ? '–' : `${formatPercent(final.percent, 2)} · ${final.letter}`}
            </td>
          </tr>
        </tfoot>
      </table>
      <p className="mt-1 text-xs text-muted">
        {explainFinal(assignments, final)}
        {submitted && ` Submitted ${formatDate(submitted.submitted_at)}.`}
      </p>
    </>
  );
}

function explainFinal(
  assignments: EnrollmentGrades['assignments'],
  final: EnrollmentGrades['final'],
): string {
  if (final.reason === 'weights_sum_to_zero')
    return 'The marks there are have no weight, so there is no final yet.';
  if (final.reason === 'no_marks') return 'There is no mark yet.';
  const weighted = assignments.some(({ weight }) => weight != null);
  return weighted
    ? `Each percentage times its weight, divided by ${formatWeight(final.weights_sum)}, the sum of the weights of what is marked; rounded to two places at the end.`
    : 'The mean of all percentages, rounded to two places at the end.';
}
