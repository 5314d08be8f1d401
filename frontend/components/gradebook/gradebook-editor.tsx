'use client';

import dynamic from 'next/dynamic';
import { useCallback, useMemo, useState, type ReactNode } from 'react';
import { DataGrid } from '@/components/data-grid/data-grid';
import type { GridColumn } from '@/components/data-grid/model';
import { Button } from '@/components/ui/button';
import { LeaveGuard } from '@/components/ui/leave-guard';
import { nothing } from '@/components/ui/nothing';
import { Empty, Notice } from '@/components/ui/notice';
import type { Assignment, Gradebook, GradebookRow } from '@/lib/api/types';
import { useUser } from '@/lib/auth';
import { useSaveKey } from '@/lib/unsaved';
import { useMedia } from '@/lib/use-media';
import { columnsOf, FINAL, STUDENT } from './columns';
import { Conflicts } from './conflicts';
import { draftKey, savedCell, savedText } from './drafts';
import { PhoneGradebook } from './phone-gradebook';
import { showScore } from './scores';
import { Toolbar, type Dialog } from './toolbar';
import { useDrafts } from './use-drafts';
import { useSave } from './use-save';

const AssignmentDialog = dynamic(
  () => import('./assignment-dialog').then((module) => module.AssignmentDialog),
  { loading: nothing },
);
const MarkPanel = dynamic(() => import('./mark-panel').then((module) => module.MarkPanel), {
  loading: nothing,
});
const ImportDialog = dynamic(() => import('./import-dialog').then((module) => module.ImportDialog), {
  loading: nothing,
});
const SubmitDialog = dynamic(() => import('./submit-dialog').then((module) => module.SubmitDialog), {
  loading: nothing,
});

const rowId = (row: GradebookRow) => row.enrollment_id;

export function GradebookEditor({ book }: { book: Gradebook }) {
  const { role } = useUser();
  const courseId = book.course.id;
  const { drafts, change, edit } = useDrafts(courseId, book, role === 'admin');
  const { save, busy, failure } = useSave(book, drafts, change);
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const [opened, setOpened] = useState<{ row: string; column: string } | null>(null);
  const roomy = useMedia('(min-width: 48rem)');
  const wide = useMedia('(min-width: 80rem)');

  const onAssignment = useCallback(
    (assignment: Assignment) => setDialog({ kind: 'assignment', assignment }),
    [],
  );
  const columns = useMemo(
    () => columnsOf(book, drafts, { wide, onAssignment }),
    [book, drafts, wide, onAssignment],
  );
  useSaveKey(() => void save());

  const close = () => setDialog(null);
  const open = (row: GradebookRow, column: GridColumn<GradebookRow>) =>
    setOpened({ row: row.enrollment_id, column: column.id });

  return (
    <div className="flex flex-col md:h-[calc(100dvh-5.25rem)] md:min-h-120">
      <LeaveGuard unsaved={drafts.size > 0} what="The marks you typed are not saved yet." />
      <Toolbar book={book} drafts={drafts} busy={busy} onSave={() => void save()} onDialog={setDialog} />
      <div className="mt-3 grid gap-2 empty:hidden">
        {failure && <Notice title={failure}>Nothing you typed is lost.</Notice>}
        <Conflicts
          book={book}
          drafts={drafts}
          onChange={change}
          onShow={({ row, assignment }) => setOpened({ row, column: assignment })}
        />
      </div>
      {book.assignments.length === 0 ? (
        <div className="card mt-3">
          <Empty
            title="No assignments yet"
            action={
              <Button look="primary" onClick={() => setDialog({ kind: 'assignment', assignment: null })}>
                Add an assignment
              </Button>
            }
          >
            Each assignment is a column. You can paste a block of marks from a spreadsheet into it.
          </Empty>
        </div>
      ) : (
        <div className="mt-3 flex min-h-0 flex-1 items-stretch gap-3">
          {roomy ? (
            <DataGrid
              label={`Marks of ${book.course.code}`}
              rows={book.students}
              columns={columns}
              rowId={rowId}
              onEdit={edit}
              onOpen={open}
              describe={(row, column) => describe(book, row, column)}
              hint="Type, or paste a block from a spreadsheet · Shift F2: history of a mark"
              className="min-w-0 flex-1"
            />
          ) : (
            <div className="min-w-0 flex-1">
              <PhoneGradebook
                book={book}
                drafts={drafts}
                onEdit={edit}
                onAssignment={onAssignment}
                onOpen={(row, assignment) => setOpened({ row: row.enrollment_id, column: assignment.id })}
              />
            </div>
          )}
          {opened && (
            <MarkPanel
              key={draftKey(opened.row, opened.column)}
              book={book}
              at={opened}
              sheet={!wide}
              onClose={() => setOpened(null)}
            />
          )}
        </div>
      )}
      {dialog?.kind === 'assignment' && (
        <AssignmentDialog book={book} assignment={dialog.assignment} onClose={close} />
      )}
      {dialog?.kind === 'import' && <ImportDialog book={book} unsaved={drafts.size} onClose={close} />}
      {dialog?.kind === 'submit' && <SubmitDialog book={book} unsaved={drafts.size} onClose={close} />}
    </div>
  );
}

/** The line below the grid, as the formula bar of a spreadsheet is. */
function describe(book: Gradebook, row: GradebookRow, column: GridColumn<GradebookRow>): ReactNode {
  const { note, text, tone } = column.view(row);
  const assignment = book.assignments.find(({ id }) => id === column.id);
  const saved = assignment && savedText(savedCell(book, row, assignment.id));
  const tones = { invalid: 'text-bad', conflict: 'text-warn', changed: 'text-accent', locked: '' };
  return (
    <p className="truncate">
      <span className="font-medium text-ink">{row.full_name}</span>
      {assignment && (
        <>
          {' · '}
          {assignment.name} ·{' '}
          <span className="text-ink tabular-nums">
            {text || 'empty'} of {showScore(assignment.max_score)}
          </span>
          {tone && tone !== 'locked' && tone !== 'changed' && ` · saved: ${saved || 'empty'}`}
        </>
      )}
      {column.id === STUDENT && ` · ${row.email}`}
      {column.id === FINAL && text && ` · final ${text}`}
      {note && (
        <span className={`font-medium ${tone ? tones[tone] : ''}`}>
          {' · '}
          {note}
        </span>
      )}
    </p>
  );
}
