'use client';

import { MessageSquare, TriangleAlert } from 'lucide-react';
import { useId, useState, type KeyboardEvent } from 'react';
import { Button, IconButton } from '@/components/ui/button';
import type { AttendanceVerdict, StudentAttendance } from '@/lib/api/types';
import { formatPercent } from '@/lib/numbers';
import { singleKeysOn } from '@/lib/shortcuts';
import { MarkChoice } from './mark-choice';
import { decisionFor, MARKS, misses, wordFor, type Decision, type Decisions } from './roll';

interface RollListProps {
  students: StudentAttendance[];
  decisions: Decisions;
  conflicts: ReadonlyMap<string, AttendanceVerdict>;
  onDecide: (student: StudentAttendance, change: Partial<Decision>) => void;
  onTakeTheirs: (student: StudentAttendance) => void;
  onKeepMine: (student: StudentAttendance) => void;
  onOpen: (student: StudentAttendance) => void;
}

/** Up and Down go from student to student, a letter marks and goes on. */
export function RollList({ students, decisions, onDecide, ...rest }: RollListProps) {
  const group = useId();

  const onKeyDown = (event: KeyboardEvent<HTMLUListElement>) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-student]');
    const writing = event.target instanceof HTMLInputElement && event.target.type !== 'radio';
    if (!row || writing || event.ctrlKey || event.metaKey || event.altKey) return;
    const student = students[Number(row.dataset.student)];
    if (!student) return;
    const go = (to: Element | null) => {
      const radio =
        to?.querySelector<HTMLInputElement>('input[type=radio]:checked') ??
        to?.querySelector<HTMLInputElement>('input[type=radio]');
      radio?.focus();
    };
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      return go(event.key === 'ArrowDown' ? row.nextElementSibling : row.previousElementSibling);
    }
    const choice = MARKS.find(({ key }) => key === event.key);
    if (!choice || !singleKeysOn()) return;
    event.preventDefault();
    event.stopPropagation();
    onDecide(student, { status: choice.mark });
    go(row.nextElementSibling ?? row);
  };

  return (
    <ul className="card divide-y divide-line" onKeyDown={onKeyDown}>
      {students.map((student, index) => (
        <RollRow
          key={student.enrollment_id}
          student={student}
          index={index}
          name={`${group}-${student.enrollment_id}`}
          decision={decisionFor(student, decisions)}
          unsaved={decisions.has(student.enrollment_id)}
          onDecide={onDecide}
          {...rest}
        />
      ))}
    </ul>
  );
}

interface RollRowProps extends Omit<RollListProps, 'students' | 'decisions'> {
  student: StudentAttendance;
  index: number;
  name: string;
  decision: Decision | null;
  unsaved: boolean;
}

function RollRow({
  student,
  index,
  name,
  decision,
  unsaved,
  conflicts,
  onDecide,
  onTakeTheirs,
  onKeepMine,
  onOpen,
}: RollRowProps) {
  const [noting, setNoting] = useState(false);
  const conflict = conflicts.get(student.enrollment_id);
  const often = misses(student);
  const { full_name, student_id } = student.student;
  const showNote = noting || Boolean(decision?.notes);

  return (
    <li data-student={index} className="px-3 py-1.5 md:px-4">
      <div className="flex min-h-9 items-center gap-x-3">
        <button
          type="button"
          onClick={() => onOpen(student)}
          className="min-w-0 flex-1 rounded py-0.5 text-left underline-offset-2 hover:underline pointer-coarse:min-h-11"
        >
          <span className="block truncate font-medium md:inline">{full_name}</span>
          <span className="block truncate text-xs text-muted tabular-nums md:ml-2 md:inline">
            {student_id}
            <span className={`md:hidden ${often ? 'font-medium text-bad' : ''}`}>
              {student_id && ' · '}
              {formatPercent(student.tally.rate)}
            </span>
          </span>
        </button>
        {unsaved && (
          <span title="Not saved" className="size-1.5 shrink-0 rounded-full bg-accent">
            <span className="sr-only">not saved</span>
          </span>
        )}
        <span
          title="Attendance in this course so far"
          className={`w-20 shrink-0 text-right text-sm tabular-nums max-md:hidden ${often ? 'font-medium text-bad' : 'text-muted'}`}
        >
          {often && <TriangleAlert aria-label="Absent often" className="mr-1 inline size-3.5" />}
          {formatPercent(student.tally.rate)}
        </span>
        <MarkChoice
          name={name}
          label={full_name}
          value={decision?.status ?? null}
          onChange={(status) => onDecide(student, { status })}
        />
        <IconButton
          label={`Note about ${full_name}`}
          aria-expanded={showNote}
          onClick={() => setNoting(!noting)}
          className="max-md:hidden"
        >
          <MessageSquare aria-hidden className={`size-4 ${decision?.notes ? 'text-accent' : ''}`} />
        </IconButton>
      </div>
      {showNote && (
        <input
          aria-label={`Note about ${full_name}, the student reads it too`}
          placeholder="Note, the student reads it too"
          value={decision?.notes ?? ''}
          maxLength={500}
          autoFocus={noting}
          onChange={({ target }) => onDecide(student, { notes: target.value })}
          className="input mt-1.5 mb-1"
        />
      )}
      {conflict && (
        <div
          role="alert"
          className="mt-1.5 mb-1 flex flex-wrap items-center gap-2 rounded-md bg-warn-soft px-3 py-2 text-sm"
        >
          <p className="min-w-0 flex-1">
            {conflict.verdict === 'stale' ? (
              <>
                Somebody else marked <b>{conflict.record ? wordFor(conflict.record.status) : 'nothing'}</b>{' '}
                meanwhile, you <b>{decision && wordFor(decision.status)}</b>.
              </>
            ) : (
              (conflict.message ?? 'This student has no seat in the course any more.')
            )}
          </p>
          {conflict.verdict === 'stale' && (
            <Button size="small" onClick={() => onKeepMine(student)}>
              Keep mine
            </Button>
          )}
          <Button size="small" onClick={() => onTakeTheirs(student)}>
            {conflict.verdict === 'stale' ? 'Take theirs' : 'Leave it'}
          </Button>
        </div>
      )}
    </li>
  );
}
