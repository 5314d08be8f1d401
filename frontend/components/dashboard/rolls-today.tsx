'use client';

import { useQueries } from '@tanstack/react-query';
import { Check } from 'lucide-react';
import { LinkButton } from '@/components/ui/button';
import { classAttendance } from '@/lib/api/attendance';
import type { ClassAttendance, Course } from '@/lib/api/types';
import { isoDate } from '@/lib/dates';
import { paths } from '@/lib/paths';
import { courseLabel, DAYS, parseSchedule } from '@/lib/schedule';
import { Panel } from './parts';

/** Classes of today whose roll is not taken: a teacher's first question of the day. Nothing where there are none. */
export function RollsToday({ courses, now }: { courses: Course[]; now: Date }) {
  const date = isoDate(now);
  const day = DAYS[(now.getDay() + 6) % 7];
  const today = courses.filter(
    (course) => course.enrolled_count > 0 && parseSchedule(course.schedule).some((slot) => slot.day === day),
  );
  const classes = useQueries({
    queries: today.map((course) => ({
      ...classAttendance(course.id, { date, meeting: 1 }),
      staleTime: 300_000,
    })),
  })
    .flatMap(({ data }) => (data ? meetingsOf(data, date) : []))
    .sort((a, b) => (a.meeting.start ?? '').localeCompare(b.meeting.start ?? ''));
  if (classes.length === 0) return null;

  return (
    <div className="lg:col-span-2">
      <Panel title="Rolls of today">
        <ul className="divide-y divide-line">
          {classes.map(({ course, meeting, students }) => {
            const done = meeting.marked >= students;
            return (
              <li
                key={`${course.id} ${meeting.meeting}`}
                className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5"
              >
                <span className="min-w-0 flex-1 basis-48">
                  <span className="font-semibold">{courseLabel(course)}</span> {course.name}
                  <span className="block text-sm text-muted tabular-nums">
                    {meeting.start ? `${meeting.start}–${meeting.end}` : `Meeting ${meeting.meeting}`} ·{' '}
                    {meeting.marked} of {students} marked
                  </span>
                </span>
                <LinkButton
                  href={paths.rollOf(course.id, date, meeting.meeting)}
                  prefetch={false}
                  look={done ? 'quiet' : 'primary'}
                  aria-label={`${done ? 'Roll taken' : 'Take roll'} of ${courseLabel(course)}${meeting.start ? ` at ${meeting.start}` : ''}`}
                >
                  {done && <Check aria-hidden className="size-4" />}
                  {done ? 'Roll taken' : 'Take roll'}
                </LinkButton>
              </li>
            );
          })}
        </ul>
      </Panel>
    </div>
  );
}

function meetingsOf({ course, meetings, students }: ClassAttendance, date: string) {
  return meetings
    .filter((meeting) => meeting.date === date)
    .map((meeting) => ({ course, meeting, students: students.length }));
}
