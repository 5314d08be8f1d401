'use client';

import { useState, type ChangeEvent } from 'react';
import type { CellEdit } from '@/components/data-grid/model';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Notice } from '@/components/ui/notice';
import { toast } from '@/components/ui/toast-queue';
import type { Gradebook } from '@/lib/api/types';
import { plural } from '@/lib/numbers';
import { dryRun, type DryRun, type Rejected } from './import';

interface ImportDialogProps {
  book: Gradebook;
  onImport: (edits: CellEdit[]) => void;
  onClose: () => void;
}

const SHOWN = 200;

/**
 * First what would change and every cell that cannot, then the marks are laid into the gradebook like a paste: they can
 * be looked at, undone, and are saved with the same verdict for each cell.
 */
export function ImportDialog({ book, onImport, onClose }: ImportDialogProps) {
  const [run, setRun] = useState<DryRun | null>(null);

  const read = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const [file] = target.files ?? [];
    setRun(file ? dryRun(book, await file.text()) : null);
  };
  const apply = () => {
    if (!run) return;
    onImport(run.edits);
    toast({
      tone: 'note',
      title: `${plural(run.edits.length, 'mark')} filled in`,
      detail: 'Save to keep them.',
    });
    onClose();
  };

  return (
    <Dialog title="Import marks" onClose={onClose} wide>
      <p className="mb-4 text-muted">
        A CSV file with a column “Email” (or “Student”) and one for each assignment, called like it. An
        exported file is one. Empty cells leave marks as they are.
      </p>
      <Field label="File">
        {(wiring) => (
          <input
            {...wiring}
            type="file"
            accept=".csv,.tsv,.txt,text/csv"
            onChange={(event) => void read(event)}
            className="input h-auto! py-1.5 file:mr-3 file:rounded file:border-0 file:bg-sunken file:px-3 file:py-1 file:font-medium file:text-ink"
          />
        )}
      </Field>
      <div aria-live="polite" className="mt-4 grid gap-3">
        {run?.problem && <Notice title={run.problem} />}
        {run && !run.problem && <Summary run={run} />}
        {run && run.rejected.length > 0 && <RejectedCells rejected={run.rejected} />}
      </div>
      <div className="mt-5 flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look="primary"
          disabledReason={
            !run ? 'Choose a file first' : run.edits.length === 0 ? 'The file changes no mark' : null
          }
          onClick={apply}
        >
          {run && run.edits.length > 0 ? `Fill in ${plural(run.edits.length, 'mark')}` : 'Fill in'}
        </Button>
      </div>
    </Dialog>
  );
}

function Summary({ run }: { run: DryRun }) {
  const facts = [
    ['New', run.edits.length - run.replaced],
    ['Replaced', run.replaced],
    ['Unchanged', run.unchanged],
    ['Rejected', run.rejected.length],
  ] as const;
  return (
    <>
      <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-md border border-line bg-line sm:grid-cols-4">
        {facts.map(([name, count]) => (
          <div key={name} className="bg-surface px-3 py-2">
            <dt className="text-xs text-muted">{name}</dt>
            <dd
              className={`text-lg font-semibold tabular-nums ${name === 'Rejected' && count > 0 ? 'text-bad' : ''}`}
            >
              {count}
            </dd>
          </div>
        ))}
      </dl>
      {run.ignored.length > 0 && (
        <p className="text-sm text-muted">
          Not used, because no assignment is called so: {run.ignored.join(', ')}.
        </p>
      )}
    </>
  );
}

function RejectedCells({ rejected }: { rejected: Rejected[] }) {
  return (
    <div
      className="max-h-64 overflow-auto rounded-md border border-line"
      tabIndex={0}
      role="region"
      aria-label="Rejected cells"
    >
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">Rejected cells</caption>
        <thead>
          <tr className="sticky top-0 bg-sunken text-left text-xs text-muted [&>th]:px-3 [&>th]:py-1.5 [&>th]:font-medium">
            <th scope="col">Line</th>
            <th scope="col">Student</th>
            <th scope="col">Assignment</th>
            <th scope="col">Value</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {rejected.slice(0, SHOWN).map(({ line, who, column, value, reason }) => (
            <tr
              key={`${line} ${column}`}
              className="border-t border-line align-top [&>td]:px-3 [&>td]:py-1.5"
            >
              <td className="text-muted tabular-nums">{line}</td>
              <td>{who}</td>
              <td>{column}</td>
              <td className="font-medium text-bad">{value}</td>
              <td className="text-muted">{reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rejected.length > SHOWN && (
        <p className="border-t border-line px-3 py-2 text-sm text-muted">
          and {plural(rejected.length - SHOWN, 'more cell')}
        </p>
      )}
    </div>
  );
}
