'use client';

import { DayEntry } from '@/components/schedule/day-list';
import { huesOf } from '@/components/schedule/hues';
import { Empty } from '@/components/ui/notice';
import { nextAgenda, type Agenda } from '@/lib/agenda';
import type { Course, Term } from '@/lib/api/types';
import { formatDate, formatDay } from '@/lib/dates';
import { paths } from '@/lib/paths';
import { Panel } from './parts';

interface AgendaPanelProps {
  courses: Course[];
  term: Term;
  now: Date;
  empty: React.ReactNode;
}

export function AgendaPanel({ courses, term, now, empty }: AgendaPanelProps) {
  const agenda = nextAgenda(courses, now, term);
  const hues = huesOf(courses);
  return (
    <Panel title={title(agenda)} link={{ href: paths.timetable, label: 'My week' }}>
      {agenda ? (
        <ul className="divide-y divide-line">
          {agenda.meetings.map((meeting) => (
            <li
              key={`${meeting.course.id}-${meeting.start}`}
              className={meeting.now ? 'bg-accent-soft/60' : ''}
            >
              <DayEntry
                block={{ ...meeting, kind: 'held', clash: false }}
                hue={hues.get(meeting.course.id)}
              />
            </li>
          ))}
        </ul>
      ) : courses.length === 0 ? (
        empty
      ) : (
        <Empty title="No classes in the next two weeks">
          {term.starts_on && `Classes run from ${formatDate(term.starts_on)}`}
          {term.starts_on && term.ends_on && ` to ${formatDate(term.ends_on)}`}
          {term.starts_on && '.'}
        </Empty>
      )}
    </Panel>
  );
}

function title(agenda: Agenda<Course> | null): string {
  if (!agenda) return 'Next classes';
  if (agenda.daysAhead === 0) return agenda.meetings[0]?.now ? 'Now and next today' : 'Next today';
  return agenda.daysAhead === 1 ? 'Tomorrow' : formatDay(agenda.date);
}
