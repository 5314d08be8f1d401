import type { SignedTranscript } from '@/lib/api/types';
import { formatCredits, formatPercent } from '@/lib/numbers';
import { courseLabel } from '@/lib/schedule';
import { termLabel } from '@/lib/terms';

type Term = SignedTranscript['transcript']['terms'][number];
type Course = Term['courses'][number];

const states: Record<Course['status'], string> = {
  completed: '',
  in_progress: 'in progress',
  withdrawn: 'withdrawn',
};

export function TermTable({ term }: { term: Term }) {
  return (
    <table className="w-full border-collapse text-sm tabular-nums">
      <caption className="sr-only">Courses of {termLabel(term)}</caption>
      <thead>
        <tr className="border-b border-edge text-left text-xs text-muted [&>th]:py-1 [&>th]:font-medium">
          <th scope="col" className="w-28 pr-3 max-sm:hidden print:table-cell!">
            Code
          </th>
          <th scope="col" className="pr-3">
            Course
          </th>
          <th scope="col" className="w-16 text-right">
            Credits
          </th>
          <th scope="col" className="w-18 text-right max-sm:hidden print:table-cell!">
            Percent
          </th>
          <th scope="col" className="w-16 text-right">
            Grade
          </th>
          <th scope="col" className="w-16 text-right max-sm:hidden print:table-cell!">
            Points
          </th>
        </tr>
      </thead>
      <tbody>
        {term.courses.map((course) => (
          <tr
            key={`${course.code}-${course.section}-${course.status}`}
            className="break-inside-avoid border-b border-line align-baseline [&>*]:py-1"
          >
            <td className="pr-3 font-medium whitespace-nowrap max-sm:hidden print:table-cell!">
              {courseLabel(course)}
            </td>
            <th scope="row" className="pr-3 text-left font-normal">
              <span className="font-medium sm:hidden print:hidden!">{courseLabel(course)} </span>
              {course.name}
            </th>
            <td className="text-right">{formatCredits(course.credits)}</td>
            {course.status === 'completed' ? (
              <>
                <td className="text-right max-sm:hidden print:table-cell!">
                  {formatPercent(course.percent, 2)}
                </td>
                <td className="text-right font-medium">{course.letter ?? '–'}</td>
                <td className="text-right max-sm:hidden print:table-cell!">{course.points ?? '–'}</td>
              </>
            ) : (
              <>
                <td className="max-sm:hidden print:table-cell!" />
                <td className="text-right text-muted sm:hidden print:hidden!">{states[course.status]}</td>
                <td colSpan={2} className="text-right text-muted max-sm:hidden print:table-cell!">
                  {states[course.status]}
                </td>
              </>
            )}
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr className="break-inside-avoid text-muted">
          <td colSpan={6} className="py-1.5 text-right text-xs">
            {formatCredits(term.credits_earned)} of {formatCredits(term.credits_attempted)} credits earned ·
            average <span className="font-medium text-ink">{term.gpa ?? '–'}</span> · so far{' '}
            <span className="font-medium text-ink">{term.cumulative_gpa ?? '–'}</span>
          </td>
        </tr>
      </tfoot>
    </table>
  );
}
