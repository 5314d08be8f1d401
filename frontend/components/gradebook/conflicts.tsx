'use client';

import { Button } from '@/components/ui/button';
import type { Gradebook } from '@/lib/api/types';
import { formatMoment } from '@/lib/dates';
import { plural } from '@/lib/numbers';
import { discard, draftKey, isConflict, keepMine, type Draft, type Drafts } from './drafts';
import { showScore } from './scores';

interface ConflictsProps {
  book: Gradebook;
  drafts: Drafts;
  onChange: (to: (drafts: Drafts) => Drafts) => void;
  onShow: (draft: Draft) => void;
}

/** Marks somebody else changed first: both values, and a choice for each or for all. */
export function Conflicts({ book, drafts, onChange, onShow }: ConflictsProps) {
  const conflicts = [...drafts.values()].filter(isConflict);
  if (conflicts.length === 0) return null;
  const keys = conflicts.map(({ row, assignment }) => draftKey(row, assignment));
  return (
    <section
      aria-label="Marks changed by somebody else"
      className="max-h-64 overflow-y-auto rounded-md border border-warn/30 bg-warn-soft px-3.5 py-2.5 text-sm"
    >
      <div role="alert" className="flex flex-wrap items-center gap-2">
        <p className="min-w-0 flex-1 font-medium">
          {plural(conflicts.length, 'mark')} changed by somebody else while you worked. Nothing of theirs was
          overwritten.
        </p>
        {conflicts.length > 1 && (
          <>
            <Button size="small" onClick={() => onChange((all) => keepMine(all, keys))}>
              Keep all mine
            </Button>
            <Button size="small" onClick={() => onChange((all) => discard(all, keys))}>
              Take all theirs
            </Button>
          </>
        )}
      </div>
      <ul className="mt-1.5 divide-y divide-warn/20">
        {conflicts.map((draft) => (
          <Conflict
            key={draftKey(draft.row, draft.assignment)}
            book={book}
            draft={draft}
            onChange={onChange}
            onShow={onShow}
          />
        ))}
      </ul>
    </section>
  );
}

function Conflict({ book, draft, onChange, onShow }: Omit<ConflictsProps, 'drafts'> & { draft: Draft }) {
  const name = book.students.find(({ enrollment_id }) => enrollment_id === draft.row)?.full_name;
  const assignment = book.assignments.find(({ id }) => id === draft.assignment)?.name;
  const key = draftKey(draft.row, draft.assignment);
  const { theirs } = draft;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1.5 py-1.5">
      <button
        type="button"
        onClick={() => onShow(draft)}
        className="min-w-0 flex-1 basis-56 text-left underline-offset-2 hover:underline pointer-coarse:min-h-11"
      >
        <span className="font-medium">{name}</span> · {assignment}
      </button>
      <span className="tabular-nums">
        yours <b>{draft.text || 'empty'}</b>, saved <b>{theirs ? showScore(theirs.score) : 'empty'}</b>
        {theirs?.graded_by && (
          <span className="text-muted">
            {' '}
            by {theirs.graded_by.full_name}, {formatMoment(theirs.graded_at)}
          </span>
        )}
      </span>
      <span className="flex gap-2">
        <Button
          size="small"
          aria-label={`Keep mine, ${draft.text || 'empty'}, for ${name}`}
          onClick={() => onChange((all) => keepMine(all, [key]))}
        >
          Keep mine
        </Button>
        <Button
          size="small"
          aria-label={`Take theirs, ${theirs ? showScore(theirs.score) : 'empty'}, for ${name}`}
          onClick={() => onChange((all) => discard(all, [key]))}
        >
          Take theirs
        </Button>
      </span>
    </li>
  );
}
