'use client';

import { useState } from 'react';
import { toast } from '@/components/ui/toast-queue';
import { explain } from '@/lib/api/explain';
import { saveGrades } from '@/lib/api/grades';
import type { CellToSave, Gradebook } from '@/lib/api/types';
import { plural } from '@/lib/numbers';
import { afterSave, isConflict, sendable, type Drafts } from './drafts';
import { readScore } from './scores';

/** Everything typed in one request; what came of each cell stays with the cell. */
export function useSave(book: Gradebook, drafts: Drafts, change: (to: (drafts: Drafts) => Drafts) => void) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);

  const save = async () => {
    if (busy) return;
    const sent = sendable(drafts);
    if (sent.length === 0) {
      const why = [...drafts.values()].some(isConflict)
        ? 'Choose between your marks and those saved meanwhile first'
        : drafts.size > 0
          ? 'Mend the marks shown in red first'
          : 'Everything is saved';
      toast({ tone: 'note', title: why });
      return;
    }
    setBusy(true);
    setFailure(null);
    try {
      const { cells, written, unchanged, refused } = await saveGrades(
        book.course.id,
        sent.map((draft): CellToSave => {
          const assignment = book.assignments.find(({ id }) => id === draft.assignment);
          return {
            enrollment_id: draft.row,
            assignment_name: assignment?.name ?? '',
            score: draft.text === '' ? null : readScore(draft.text, assignment?.max_score ?? '').score,
            version: draft.seen,
          };
        }),
      );
      change((now) => afterSave(now, sent, cells));
      const saved = written + unchanged;
      const stale = cells.filter(({ verdict }) => verdict === 'stale').length;
      const wrong = refused - stale;
      if (saved > 0) toast({ tone: 'done', title: `${plural(saved, 'mark')} saved` });
      // What is stale is asked about on the page itself.
      if (wrong > 0)
        toast({ tone: 'problem', title: `${plural(wrong, 'mark')} not saved`, detail: 'Each says why.' });
    } catch (error) {
      setFailure(explain(error));
    } finally {
      setBusy(false);
    }
  };

  return { save, busy, failure };
}
