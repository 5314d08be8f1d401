'use client';

import { BarChart } from '@/components/charts';
import { CardSection } from '@/components/ui/card-section';
import { Figure, Figures } from '@/components/ui/figure';
import { Empty } from '@/components/ui/notice';
import type { CoursePerformance, MarkFigures } from '@/lib/api/types';
import { formatCount, formatDecimal, formatPercent, plural } from '@/lib/numbers';

type Outcomes = Pick<
  CoursePerformance,
  'attendance_rate' | 'attended' | 'expected' | 'enrolled' | 'completed' | 'dropped'
>;

interface MarksOverviewProps {
  title: string;
  figures: MarkFigures;
  attendance: Outcomes;
  passFrom: string;
}

/** Final marks and presence, in figures and as a picture. */
export function MarksOverview({ title, figures, attendance, passFrom }: MarksOverviewProps) {
  return (
    <>
      <Figures label={title} count={5}>
        <Figure
          name="Mean"
          meaning="The mean of the final percentages of completed enrolments."
          value={figures.mean == null ? '–' : formatPercent(figures.mean)}
          detail={plural(figures.graded, 'final mark')}
        />
        <Figure
          name="Median"
          meaning="As many final percentages lie above it as below."
          value={figures.median == null ? '–' : formatPercent(figures.median)}
          detail=""
        />
        <Figure
          name="Passed"
          meaning={`The share of final marks of ${formatDecimal(passFrom)} % or more.`}
          value={figures.pass_rate == null ? '–' : formatPercent(figures.pass_rate)}
          detail={`${formatCount(figures.passed)} of ${formatCount(figures.graded)}`}
        />
        <Figure
          name="Attendance"
          meaning="Of the meetings students were expected at, those they were present at or came late to. Excused ones are not expected."
          value={attendance.attendance_rate == null ? '–' : formatPercent(attendance.attendance_rate)}
          detail={`${formatCount(attendance.attended)} of ${formatCount(attendance.expected)}`}
        />
        <Figure
          name="Students"
          meaning="Who has a seat now. Completed: who finished. Dropped: who had a seat and gave it up."
          value={formatCount(attendance.enrolled)}
          detail={`${formatCount(attendance.completed)} completed, ${formatCount(attendance.dropped)} dropped`}
        />
      </Figures>
      <CardSection
        title="Final marks"
        meaning="Students by their final percentage, in steps of ten; the last step includes 100."
        aside={<Letters figures={figures} />}
      >
        {figures.graded === 0 ? (
          <Empty title="No final marks yet">They appear here when a course is completed.</Empty>
        ) : (
          <BarChart
            title={`Final marks of ${plural(figures.graded, 'student')}`}
            what="Percent"
            labels={figures.distribution.map((_, index) => `${range(index)} %`)}
            ticks={figures.distribution.map((_, index) => range(index))}
            series={[{ name: 'Students', values: figures.distribution }]}
            format={formatCount}
            tickRoom={44}
          />
        )}
      </CardSection>
    </>
  );
}

function range(step: number): string {
  return step === 9 ? '90–100' : `${step * 10}–${step * 10 + 9}`;
}

function Letters({ figures }: { figures: MarkFigures }) {
  const given = figures.letters.filter(({ count }) => count > 0);
  if (given.length === 0) return null;
  return (
    <ul aria-label="By letter" className="flex flex-wrap gap-x-3 text-sm tabular-nums sm:justify-end">
      {given.map(({ letter, count }) => (
        <li key={letter}>
          <span className="font-medium">{letter}</span>{' '}
          <span className="text-muted">{formatCount(count)}</span>
        </li>
      ))}
    </ul>
  );
}
