'use client';

import { X } from 'lucide-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { IconButton } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { LoadFailure } from '@/components/ui/load-failure';
import { gradeHistory } from '@/lib/api/grades';
import type { Assignment, GradeChange, Gradebook, GradebookRow } from '@/lib/api/types';
import { formatMoment } from '@/lib/dates';
import { formatPercent } from '@/lib/numbers';
import { ChangeRequestForm } from './change-request-form';
import { savedCell, savedText } from './drafts';
import { showScore, showWeight } from './scores';

interface MarkPanelProps {
  book: Gradebook;
  at: { row: string; column: string };
  /** Over the page where there is no room beside the grid. */
  sheet: boolean;
  onClose: () => void;
}

/** What is behind a cell: its history and, once the final is submitted, the way to have it changed. */
export function MarkPanel({ book, at, sheet, onClose }: MarkPanelProps) {
  const row = book.students.find(({ enrollment_id }) => enrollment_id === at.row);
  const assignment = book.assignments.find(({ id }) => id === at.column);
  if (!row) return null;
  const title = assignment ? `${row.full_name} · ${assignment.name}` : row.full_name;
  const content = <Content book={book} row={row} assignment={assignment} />;
  if (sheet) {
    return (
      <Dialog title={title} onClose={onClose}>
        {content}
      </Dialog>
    );
  }
  return (
    <Aside title={title} onClose={onClose}>
      {content}
    </Aside>
  );
}

function Aside({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose: () => void;
  children: React.ReactNode;
}) {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    panel.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <aside
      ref={panel}
      tabIndex={-1}
      aria-label={title}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
      className="card flex w-80 shrink-0 flex-col outline-none"
    >
      <div className="flex items-center justify-between gap-2 border-b border-line py-1.5 pr-1.5 pl-4">
        <h2 className="min-w-0 truncate text-base font-semibold">{title}</h2>
        <IconButton label="Close" onClick={onClose}>
          <X aria-hidden className="size-4.5" />
        </IconButton>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 py-3">{children}</div>
    </aside>
  );
}

function Content({
  book,
  row,
  assignment,
}: {
  book: Gradebook;
  row: GradebookRow;
  assignment: Assignment | undefined;
}) {
  const { data, error, refetch } = useQuery(gradeHistory(row.enrollment_id));
  const changes = data?.items.filter(
    (change) =>
      !assignment || change.assignment_name === assignment.name || change.old_name === assignment.name,
  );
  const saved = assignment && savedText(savedCell(book, row, assignment.id));
  return (
    <>
      {assignment ? (
        <p className="tabular-nums">
          <span className="text-lg font-semibold">{saved || '–'}</span>
          <span className="text-muted">
            {' '}
            of {showScore(assignment.max_score)}
            {assignment.weight != null && ` · weight ${showWeight(assignment.weight)}`}
          </span>
        </p>
      ) : (
        <p className="text-muted tabular-nums">
          <span className="text-lg font-semibold text-ink">
            {formatPercent(row.final.percent, 2)} {row.final.letter}
          </span>{' '}
          {row.locked ? 'submitted' : 'so far'}
        </p>
      )}
      {row.locked && <ChangeRequestForm book={book} row={row} assignment={assignment} />}
      <h3 className="mt-4 mb-1 text-sm font-semibold">History</h3>
      {error ? (
        <LoadFailure error={error} retry={refetch} />
      ) : !changes ? (
        <div aria-busy="true" className="skeleton h-24" />
      ) : changes.length === 0 ? (
        <p className="text-sm text-muted">Nothing was written here yet.</p>
      ) : (
        <ol className="divide-y divide-line border-y border-line">
          {changes.map((change) => (
            <Change
              key={`${change.at} ${change.assignment_name} ${change.version}`}
              change={change}
              all={!assignment}
            />
          ))}
        </ol>
      )}
    </>
  );
}

function Change({ change, all }: { change: GradeChange; all: boolean }) {
  const { old_score, new_score } = change;
  return (
    <li className="py-2 text-sm">
      {all && <p className="font-medium">{change.assignment_name ?? 'Final'}</p>}
      <p className="tabular-nums">
        {old_score === new_score ? (
          (otherChange(change) ?? 'Comment changed')
        ) : (
          <>
            {valueOf(old_score, change.old_letter)} → <b>{valueOf(new_score, change.new_letter)}</b>
          </>
        )}
      </p>
      <p className="text-xs text-muted">
        {change.by?.full_name ?? 'The system'} · {formatMoment(change.at)}
      </p>
      {change.reason && <p className="text-xs text-muted">“{change.reason}”</p>}
    </li>
  );
}

function valueOf(score: string | null | undefined, letter: string | null | undefined): string {
  return score == null ? 'empty' : [showScore(score), letter].filter(Boolean).join(' ');
}

function otherChange(change: GradeChange): string | null {
  if (change.old_name) return `Renamed from ${change.old_name}`;
  if (change.old_max_score !== change.new_max_score && change.old_max_score && change.new_max_score) {
    return `Maximum ${showScore(change.old_max_score)} → ${showScore(change.new_max_score)}`;
  }
  if (change.old_weight !== change.new_weight) {
    return `Weight ${showWeight(change.old_weight) || 'none'} → ${showWeight(change.new_weight) || 'none'}`;
  }
  return null;
}
