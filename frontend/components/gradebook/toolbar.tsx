'use client';

import { Download, Plus, Upload } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { toast } from '@/components/ui/toast-queue';
import { explain } from '@/lib/api/explain';
import { exportGrades } from '@/lib/api/grades';
import type { Assignment, Gradebook } from '@/lib/api/types';
import { plural } from '@/lib/numbers';
import { termLabel } from '@/lib/terms';
import { isConflict, sendable, type Drafts } from './drafts';
import { sumOfWeights } from './scores';

export type Dialog =
  { kind: 'assignment'; assignment: Assignment | null } | { kind: 'import' } | { kind: 'submit' };

interface ToolbarProps {
  book: Gradebook;
  drafts: Drafts;
  busy: boolean;
  onSave: () => void;
  onDialog: (dialog: Dialog) => void;
}

export function Toolbar({ book, drafts, busy, onSave, onDialog }: ToolbarProps) {
  const all = [...drafts.values()];
  const ready = sendable(drafts).length;
  const conflicts = all.filter(isConflict).length;
  const wrong = all.length - ready - conflicts;
  const locked = book.students.filter((row) => row.locked).length;
  const [exporting, setExporting] = useState(false);
  const nothing = all.length === 0 ? 'Everything is saved' : 'Mend or choose the marks shown in colour first';

  const download = async () => {
    setExporting(true);
    try {
      await exportGrades(book.course.id);
      if (all.length > 0)
        toast({ tone: 'note', title: 'The file has the saved marks, not those only typed' });
    } catch (error) {
      toast({ tone: 'problem', title: 'The marks could not be exported', detail: explain(error) });
    }
    setExporting(false);
  };

  return (
    <header className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3 xl:flex-nowrap">
      <div className="min-w-0">
        <div className="flex flex-wrap items-baseline gap-x-4">
          <h1 className="text-xl font-semibold">Gradebook</h1>
          <p aria-live="polite" className="flex gap-3 text-sm font-medium tabular-nums">
            {ready > 0 && <span className="text-accent">{ready} not saved</span>}
            {conflicts > 0 && <span className="text-warn">{plural(conflicts, 'conflict')}</span>}
            {wrong > 0 && <span className="text-bad">{wrong} wrong</span>}
          </p>
        </div>
        <p className="min-h-5.5 text-base text-muted tabular-nums">
          {termLabel(book.course)} · {plural(book.students.length, 'student')} ·{' '}
          {plural(book.assignments.length, 'assignment')}
          <Weights book={book} />
          {locked > 0 && ` · ${plural(locked, 'final')} submitted`}
        </p>
      </div>
      <div className="flex flex-wrap items-center gap-2 max-md:w-full xl:shrink-0 xl:flex-nowrap">
        <Button onClick={() => onDialog({ kind: 'assignment', assignment: null })}>
          <Plus aria-hidden className="size-4" /> Assignment
        </Button>
        <Button onClick={() => onDialog({ kind: 'import' })}>
          <Upload aria-hidden className="size-4" /> Import
        </Button>
        <Button busy={exporting} onClick={() => void download()}>
          <Download aria-hidden className="size-4" /> Export
        </Button>
        <Button onClick={() => onDialog({ kind: 'submit' })}>Submit finals</Button>
        <Button
          look="primary"
          title="Ctrl S"
          busy={busy}
          disabledReason={ready > 0 ? null : nothing}
          onClick={onSave}
          className={`min-w-24 max-md:fixed max-md:inset-x-4 max-md:bottom-17 max-md:z-10 max-md:h-11 max-md:shadow-float ${ready === 0 && !busy ? 'max-md:hidden' : ''}`}
        >
          {busy ? 'Saving…' : ready > 0 ? `Save ${ready}` : 'Save'}
        </Button>
      </div>
    </header>
  );
}

/** Weights need not sum to 100: the final is normalised. It is said all the same, because mostly it is a slip. */
function Weights({ book }: { book: Gradebook }) {
  const weights = book.assignments.map(({ weight }) => weight);
  const sum = sumOfWeights(weights);
  if (book.assignments.length === 0) return null;
  if (sum === null) return ' · no weights, all count equally';
  const missing = weights.filter((weight) => weight == null).length;
  return (
    <>
      {' · '}
      <span className={sum === 100 && missing === 0 ? '' : 'text-warn'}>
        weights sum to {sum} %
        {missing > 0 && `, ${missing} without a weight ${missing === 1 ? 'does' : 'do'} not count`}
      </span>
    </>
  );
}
