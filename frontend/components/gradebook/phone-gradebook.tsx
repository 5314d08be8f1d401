'use client';

import { Lock } from 'lucide-react';
import { useState } from 'react';
import type { CellEdit } from '@/components/data-grid/model';
import { Button } from '@/components/ui/button';
import { Select } from '@/components/ui/field';
import type { Assignment, Gradebook, GradebookRow } from '@/lib/api/types';
import { formatDecimal } from '@/lib/numbers';
import { PhoneScore } from './phone-score';
import { draftKey, isConflict, savedCell, savedText, type Drafts } from './drafts';
import { showScore, showWeight } from './scores';

interface PhoneGradebookProps {
  book: Gradebook;
  drafts: Drafts;
  onEdit: (edits: CellEdit[]) => void;
  onAssignment: (assignment: Assignment) => void;
  onOpen: (row: GradebookRow, assignment: Assignment) => void;
}

/** On a phone one assignment at a time: a grid does not fit, a list of names with a field each does. */
export function PhoneGradebook({ book, drafts, onEdit, onAssignment, onOpen }: PhoneGradebookProps) {
  const [chosen, setChosen] = useState('');
  const assignment = book.assignments.find(({ id }) => id === chosen) ?? book.assignments.at(-1);
  if (!assignment) return null;
  return (
    <div className="pb-14">
      <div className="flex gap-2">
        <Select
          aria-label="Assignment"
          value={assignment.id}
          onChange={({ target }) => setChosen(target.value)}
          className="min-w-0 flex-1"
        >
          {book.assignments.map(({ id, name, max_score, weight }) => (
            <option key={id} value={id}>
              {[name, `max ${showScore(max_score)}`, showWeight(weight)].filter(Boolean).join(' · ')}
            </option>
          ))}
        </Select>
        <Button onClick={() => onAssignment(assignment)}>Edit</Button>
      </div>
      <ul className="card mt-3 divide-y divide-line">
        {book.students.map((row) => (
          <PhoneRow
            key={row.enrollment_id}
            book={book}
            row={row}
            assignment={assignment}
            drafts={drafts}
            onEdit={onEdit}
            onOpen={onOpen}
          />
        ))}
      </ul>
    </div>
  );
}

function PhoneRow({
  book,
  row,
  assignment,
  drafts,
  onEdit,
  onOpen,
}: Omit<PhoneGradebookProps, 'onAssignment'> & { row: GradebookRow; assignment: Assignment }) {
  const draft = drafts.get(draftKey(row.enrollment_id, assignment.id));
  const text = draft?.text ?? savedText(savedCell(book, row, assignment.id));
  const complaint = isConflict(draft) ? 'Somebody else was faster: choose above.' : draft?.problem;
  return (
    <li className="flex flex-wrap items-center gap-x-3 px-3 py-1.5">
      <button
        type="button"
        onClick={() => onOpen(row, assignment)}
        className="min-h-11 min-w-0 flex-1 text-left"
      >
        <span className="block truncate font-medium">{row.full_name}</span>
        <span className="block text-xs text-muted tabular-nums">
          {row.final.percent == null
            ? 'no final yet'
            : `${formatDecimal(row.final.percent, 2)} % ${row.final.letter ?? ''}`}
        </span>
      </button>
      {row.locked ? (
        <span className="flex items-center gap-1.5 px-2.5 text-muted tabular-nums">
          <Lock aria-label="locked" className="size-3.5" />
          {text || '–'}
        </span>
      ) : (
        <PhoneScore
          key={assignment.id}
          label={`${assignment.name} of ${row.full_name}`}
          text={text}
          wrong={Boolean(complaint)}
          changed={draft !== undefined && !complaint}
          onType={(typed) => onEdit([{ row: row.enrollment_id, column: assignment.id, text: typed }])}
        />
      )}
      {complaint && <p className="basis-full pb-1 text-right text-xs font-medium text-bad">{complaint}</p>}
    </li>
  );
}
