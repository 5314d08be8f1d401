'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Checkbox, Field } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import type { Gradebook } from '@/lib/api/types';
import { plural } from '@/lib/numbers';
import { isSeenElsewhere } from './import';
import { ImportReport } from './import-report';
import { useImport } from './use-import';

interface ImportDialogProps {
  book: Gradebook;
  /** Marks that are typed and not saved. */
  unsaved: number;
  onClose: () => void;
}

/** First the server says what the file would change and names every cell that it cannot take; then it is written. */
export function ImportDialog({ book, unsaved, onClose }: ImportDialogProps) {
  const { file, report, failure, busy, replacing, look, replace, apply } = useImport(book.course.id, onClose);
  const [allOrNothing, setAllOrNothing] = useState(false);
  const taken = report?.rejected_cells.filter(isSeenElsewhere).length ?? 0;
  const reason = !file
    ? 'Choose a file first'
    : !report
      ? 'The file cannot be used'
      : report.written === 0 && report.new_assignments.length === 0
        ? 'The file changes no mark'
        : allOrNothing && report.rejected > 0
          ? 'Some cells cannot be taken: mend the file, or let the others be written'
          : null;

  return (
    <Dialog title="Import marks" onClose={onClose} wide>
      <p className="mb-4 text-muted">
        A CSV file with a column “email” and one for each assignment, headed like it. An exported file is one.
        Empty cells leave marks as they are. Nothing is written before you have seen what would change.
      </p>
      {unsaved > 0 && (
        <div className="mb-4">
          <Notice
            tone="warn"
            title={`${plural(unsaved, 'mark')} that you typed ${unsaved === 1 ? 'is' : 'are'} not saved`}
          >
            Save first, or the file and what you typed may get in each other’s way.
          </Notice>
        </div>
      )}
      <Field label="File">
        {(wiring) => (
          <input
            {...wiring}
            type="file"
            accept=".csv,text/csv"
            // Chosen again, a file that was mended is read again.
            onClick={(event) => (event.currentTarget.value = '')}
            onChange={({ target }) => void look(target.files?.[0] ?? null)}
            className="input h-auto! py-1.5 file:mr-3 file:rounded file:border-0 file:bg-sunken file:px-3 file:py-1 file:font-medium file:text-ink"
          />
        )}
      </Field>
      <div aria-live="polite" className="mt-4 grid grid-cols-1 gap-3 empty:hidden">
        {failure && (
          <Notice title={failure.title}>
            {failure.details.length > 0 && (
              <ul className="grid gap-1">
                {failure.details.map((detail) => (
                  <li key={detail}>{detail}</li>
                ))}
              </ul>
            )}
          </Notice>
        )}
        {report && <ImportReport report={report} />}
      </div>
      {report && (
        <div className="mt-4 grid gap-2">
          {(taken > 0 || replacing) && (
            <Checkbox
              label="Replace marks that are there already"
              hint="What was changed after the file was exported stays as it is."
              checked={replacing}
              onChange={({ target }) => void replace(target.checked)}
            />
          )}
          <Checkbox
            label="All or nothing: write no mark if one cell cannot be taken"
            checked={allOrNothing}
            onChange={({ target }) => setAllOrNothing(target.checked)}
          />
        </div>
      )}
      <div className="mt-5 flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look="primary"
          busy={busy}
          disabledReason={busy ? null : reason}
          onClick={() => void apply(allOrNothing)}
        >
          {busy
            ? 'One moment…'
            : report && report.written > 0
              ? `Write ${plural(report.written, 'mark')}`
              : 'Write'}
        </Button>
      </div>
    </Dialog>
  );
}
