'use client';

import type { KeyboardEvent } from 'react';
import { SortHeader } from '@/components/ui/sort-header';
import type { Course, Term } from '@/lib/api/types';
import { useUser } from '@/lib/auth';
import { isTyping, singleKeysOn } from '@/lib/shortcuts';
import { clashes } from '@/lib/schedule';
import { columns, roomy } from './columns';
import { CourseRow } from './course-row';

interface CourseTableProps {
  courses: Course[];
  held: Course[];
  term: Term | undefined;
  sort: string;
  /** The rows still answer the question before this one. */
  stale: boolean;
  onSort: (sort: string) => void;
  onPreview: (course: Course | null) => void;
}

export function CourseTable({ courses, held, term, sort, stale, onSort, onPreview }: CourseTableProps) {
  const { role } = useUser();

  return (
    <div className={`card overflow-hidden transition-opacity ${stale ? 'opacity-60' : ''}`}>
      <table className="w-full table-fixed border-collapse max-lg:block" onMouseLeave={() => onPreview(null)}>
        <caption className="sr-only">Courses, {courses.length} on this page</caption>
        <thead className="max-lg:hidden">
          <tr className="border-b border-line bg-sunken text-left">
            {columns.map((column) => (
              <SortHeader
                key={column.sort}
                label={column.label}
                field={column.sort}
                sort={sort}
                onSort={onSort}
                className={`${column.width} ${column.roomy ? roomy(role) : ''}`}
              />
            ))}
            {role === 'student' && (
              <th scope="col" className="w-34 px-3 text-center text-xs font-medium text-muted">
                Enrolment
              </th>
            )}
          </tr>
        </thead>
        <tbody onKeyDown={moveByRows} className="max-lg:block">
          {courses.map((course) => (
            <CourseRow
              key={course.id}
              course={course}
              clashing={clashes(course, held)}
              held={held}
              term={term}
              onPreview={onPreview}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Up and Down go to the same control of the next row; `e` presses the row's enrolment button, `a` its cart. */
function moveByRows(event: KeyboardEvent<HTMLTableSectionElement>) {
  const control = event.target as HTMLElement;
  const row = control.closest('tr');
  if (!row || event.ctrlKey || event.metaKey || event.altKey) return;

  const pressed = { e: '[data-enrollment]', a: '[data-cart]' }[event.key];
  if (pressed && singleKeysOn() && !isTyping(control)) {
    return row.querySelector<HTMLButtonElement>(pressed)?.click();
  }
  const next = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[event.key];
  if (!next) return;
  event.preventDefault();
  const selector = ['[data-enrollment]', '[data-cart]'].find((kind) => control.matches(kind)) ?? 'a';
  next.querySelector<HTMLElement>(selector)?.focus();
}
