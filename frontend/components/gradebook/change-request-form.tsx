'use client';

import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { SelectField, TextArea, TextField } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { toast } from '@/components/ui/toast-queue';
import { explain } from '@/lib/api/explain';
import { changeRequests, requestChange } from '@/lib/api/grade-changes';
import { toProblem } from '@/lib/api/problem';
import type { Assignment, Gradebook, GradebookRow } from '@/lib/api/types';
import { readScore, showScore } from './scores';

interface ChangeRequestFormProps {
  book: Gradebook;
  row: GradebookRow;
  assignment: Assignment | undefined;
}

/** A final is submitted: from here on a mark changes only with a reason and an administrator's yes. */
export function ChangeRequestForm({ book, row, assignment }: ChangeRequestFormProps) {
  const [asking, setAsking] = useState(false);
  const pending = useQuery(
    changeRequests({ status: 'pending', course_id: book.course.id }),
  ).data?.items.filter((request) => request.enrollment_id === row.enrollment_id);
  return (
    <div className="mt-3">
      <Notice tone="info" title="The final is submitted, the marks are locked.">
        {pending?.map((request) => (
          <p key={request.id}>
            Asked for:{' '}
            {request.cells.map((cell) => `${cell.assignment_name} ${showScore(cell.score)}`).join(', ')}. An
            administrator has to approve it.
          </p>
        ))}
      </Notice>
      {asking ? (
        <Form book={book} row={row} assignment={assignment} onDone={() => setAsking(false)} />
      ) : (
        <Button className="mt-3 w-full" onClick={() => setAsking(true)}>
          Request a change
        </Button>
      )}
    </div>
  );
}

function Form({ book, row, assignment, onDone }: ChangeRequestFormProps & { onDone: () => void }) {
  const [column, setColumn] = useState(assignment?.id ?? book.assignments[0]?.id ?? '');
  const [score, setScore] = useState('');
  const [reason, setReason] = useState('');
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const chosen = book.assignments.find(({ id }) => id === column);
  const read = chosen && score ? readScore(score, chosen.max_score) : null;
  const missing = !read?.score
    ? 'Enter the new mark first'
    : !reason.trim()
      ? 'Say why it has to change'
      : null;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!chosen || !read?.score || missing) return;
    setBusy(true);
    try {
      await requestChange(row.enrollment_id, {
        reason: reason.trim(),
        cells: [{ assignment_name: chosen.name, score: read.score }],
      });
      toast({ tone: 'done', title: 'The change is requested', detail: 'An administrator decides on it.' });
      onDone();
    } catch (error) {
      const [field] = toProblem(error).fields;
      setFailure(field ? explain(new Error(field.message)) : explain(error));
      setBusy(false);
    }
  };

  return (
    <form onSubmit={(event) => void submit(event)} className="mt-3 grid gap-3">
      {failure && <Notice title={failure} />}
      {!assignment && (
        <SelectField label="Assignment" value={column} onChange={({ target }) => setColumn(target.value)}>
          {book.assignments.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
      )}
      <TextField
        label="New mark"
        inputMode="decimal"
        autoComplete="off"
        autoFocus
        value={score}
        onChange={({ target }) => setScore(target.value)}
        error={read?.problem ?? undefined}
      />
      <TextArea
        label="Reason"
        hint="The administrator reads it, and it stays in the history."
        rows={3}
        maxLength={1000}
        value={reason}
        onChange={({ target }) => setReason(target.value)}
      />
      <div className="flex justify-end gap-2">
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" look="primary" busy={busy} disabledReason={missing}>
          Request
        </Button>
      </div>
    </form>
  );
}
