'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Confirm } from '@/components/ui/confirm';
import { toast } from '@/components/ui/toast-queue';
import { enrollStudent, withdrawStudent } from '@/lib/api/enrollments';
import { explain } from '@/lib/api/explain';
import type { Course, Enrollment } from '@/lib/api/types';
import { formatDate } from '@/lib/dates';
import { courseLabel } from '@/lib/schedule';

interface RosterTableProps {
  course: Course;
  rows: Enrollment[];
  mayWithdraw: boolean;
}

export function RosterTable({ course, rows, mayWithdraw }: RosterTableProps) {
  const [asked, setAsked] = useState<Enrollment | null>(null);
  // Teachers are not told them.
  const numbers = rows.some(({ student }) => student?.student_id);

  const withdraw = async (row: Enrollment) => {
    setAsked(null);
    const name = row.student?.full_name ?? 'The student';
    try {
      await withdrawStudent(course.id, row.id);
      toast({
        tone: 'done',
        title: `${name} was taken off ${courseLabel(course)}`,
        action: { label: 'Undo', run: () => void putBack(course, row) },
      });
    } catch (error) {
      toast({
        tone: 'problem',
        title: `${name} is still in ${courseLabel(course)}`,
        detail: explain(error),
      });
    }
  };

  return (
    <div className="card overflow-x-auto">
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">Students of {courseLabel(course)}</caption>
        <thead>
          <tr className="border-b border-line bg-sunken text-left text-xs text-muted [&>th]:h-9 [&>th]:px-3 [&>th]:font-medium">
            <th scope="col">Student</th>
            {numbers && (
              <th scope="col" className="max-sm:hidden">
                Number
              </th>
            )}
            <th scope="col" className="max-md:hidden">
              Email
            </th>
            <th scope="col" className="max-lg:hidden">
              Department
            </th>
            <th scope="col" className="max-sm:hidden">
              Since
            </th>
            {mayWithdraw && (
              <th scope="col">
                <span className="sr-only">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} className="h-11 border-b border-line last:border-0 [&>*]:px-3">
              <th scope="row" className="text-left font-medium">
                {row.waitlist_position != null && (
                  <span className="mr-2 text-muted">#{row.waitlist_position}</span>
                )}
                {row.student?.full_name}
                <span className="block font-normal text-muted sm:hidden">{row.student?.student_id}</span>
              </th>
              {numbers && (
                <td className="text-muted tabular-nums max-sm:hidden">{row.student?.student_id}</td>
              )}
              <td className="max-md:hidden">
                <a
                  href={`mailto:${row.student?.email}`}
                  className="text-muted underline-offset-2 hover:underline"
                >
                  {row.student?.email}
                </a>
              </td>
              <td className="text-muted max-lg:hidden">{row.student?.department}</td>
              <td className="whitespace-nowrap text-muted max-sm:hidden">
                {formatDate(row.dropped_at ?? row.enrolled_at)}
              </td>
              {mayWithdraw && (
                <td className="text-right">
                  <Button
                    look="danger"
                    size="small"
                    aria-label={`Remove ${row.student?.full_name}`}
                    onClick={() => (course.waitlist_count > 0 ? setAsked(row) : void withdraw(row))}
                  >
                    Remove
                  </Button>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {asked && (
        <Confirm
          title={`Remove ${asked.student?.full_name}?`}
          confirm="Remove"
          onConfirm={() => void withdraw(asked)}
          onClose={() => setAsked(null)}
        >
          {asked.status === 'pending'
            ? 'The place on the waitlist is lost.'
            : 'Students are waiting: the seat goes to the first of them at once.'}
        </Confirm>
      )}
    </div>
  );
}

async function putBack(course: Course, row: Enrollment) {
  try {
    await enrollStudent(course.id, { user_id: row.user_id, waitlist: row.status === 'pending' });
  } catch (error) {
    toast({ tone: 'problem', title: 'That could not be undone', detail: explain(error) });
  }
}
