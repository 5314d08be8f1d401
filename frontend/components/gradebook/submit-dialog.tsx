'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/notice';
import { toast } from '@/components/ui/toast-queue';
import { explain } from '@/lib/api/explain';
import { submitFinals } from '@/lib/api/grades';
import type { Gradebook, GradebookRow } from '@/lib/api/types';
import { formatPercent, plural } from '@/lib/numbers';

interface SubmitDialogProps {
  book: Gradebook;
  unsaved: number;
  onClose: () => void;
}

/** Cannot be undone by the teacher, so it is shown before: who gets what, who cannot, who has gaps. */
export function SubmitDialog({ book, unsaved, onClose }: SubmitDialogProps) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const open = book.students.filter((row) => !row.locked);
  const ready = open.filter((row) => row.final.percent != null);
  const without = open.filter((row) => row.final.percent == null);
  const gaps = ready.filter((row) => row.cells.some((cell) => cell === null));
  const reason =
    unsaved > 0
      ? 'Save or discard the marks you typed first'
      : ready.length === 0
        ? 'There is nobody to submit'
        : null;

  const submit = async () => {
    setBusy(true);
    try {
      const { submitted } = await submitFinals(
        book.course.id,
        ready.map(({ enrollment_id }) => enrollment_id),
      );
      toast({ tone: 'done', title: `${plural(submitted, 'final')} submitted` });
      onClose();
    } catch (error) {
      setFailure(explain(error));
      setBusy(false);
    }
  };

  return (
    <Dialog title="Submit finals" onClose={onClose} role="alertdialog" wide>
      <div className="mb-3 grid gap-2 empty:hidden">
        {failure && <Notice title={failure} />}
        {unsaved > 0 && (
          <Notice tone="warn" title={`${plural(unsaved, 'mark')} not saved`}>
            Finals are made of saved marks only.
          </Notice>
        )}
      </div>
      <p className="text-muted">
        The course is completed for {plural(ready.length, 'student')} and their marks are locked. Afterwards a
        mark changes only by a request that an administrator approves.
      </p>
      {without.length > 0 && (
        <List title={`${plural(without.length, 'student')} cannot be submitted`} rows={without}>
          {({ final }) =>
            final.reason === 'weights_sum_to_zero' ? 'the weights of their marks sum to 0' : 'no mark yet'
          }
        </List>
      )}
      {gaps.length > 0 && <Gaps book={book} rows={gaps} />}
      {ready.length > 0 && (
        <List title={`${plural(ready.length, 'final')} to submit`} rows={ready}>
          {({ final }) => `${formatPercent(final.percent, 2)} ${final.letter ?? ''}`}
        </List>
      )}
      <div className="mt-5 flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button look="primary" busy={busy} disabledReason={reason} onClick={() => void submit()}>
          Submit {plural(ready.length, 'final')}
        </Button>
      </div>
    </Dialog>
  );
}

const NAMED = 4;

/** By what is missing: mostly it is the same for many. */
function Gaps({ book, rows }: { book: Gradebook; rows: GradebookRow[] }) {
  const groups = new Map<string, string[]>();
  for (const row of rows) {
    const missing = book.assignments
      .filter((_, at) => !row.cells[at])
      .map(({ name }) => name)
      .join(', ');
    groups.set(missing, [...(groups.get(missing) ?? []), row.full_name]);
  }
  return (
    <section aria-label="Missing marks" className="mt-4">
      <h3 className="text-sm font-semibold">Missing marks do not count against a student</h3>
      <ul
        tabIndex={0}
        className="mt-1 max-h-44 divide-y divide-line overflow-y-auto border-y border-line text-sm"
      >
        {[...groups].map(([missing, names]) => (
          <li key={missing} className="flex flex-wrap justify-between gap-x-4 py-1.5">
            <span className="font-medium">No {missing}</span>
            <span className="text-muted">
              {names.length > NAMED ? plural(names.length, 'student') : names.join(', ')}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function List({
  title,
  rows,
  children,
}: {
  title: string;
  rows: GradebookRow[];
  children: (row: GradebookRow) => string;
}) {
  return (
    <section aria-label={title} className="mt-4">
      <h3 className="mb-1 text-sm font-semibold">{title}</h3>
      <ul tabIndex={0} className="max-h-44 divide-y divide-line overflow-y-auto border-y border-line text-sm">
        {rows.map((row) => (
          <li key={row.enrollment_id} className="flex flex-wrap justify-between gap-x-4 py-1.5">
            <span className="font-medium">{row.full_name}</span>
            <span className="text-muted tabular-nums">{children(row)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
